"""The browser: Flask and HTMX. May import all others; nothing imports it."""
