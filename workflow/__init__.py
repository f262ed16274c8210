"""The engine: processes, tasks, jobs, timers. Knows neither web, forms nor archive, nor what a dossier is."""
