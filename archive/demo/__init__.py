"""The demo office: invented people, their dossiers and one graduation-season morning, made by a seeded generator."""
