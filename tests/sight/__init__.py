"""Who sees which dossier."""
