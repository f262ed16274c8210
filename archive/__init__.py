"""The institution: persons, dossiers, storage, packs, documents. Registers its handlers with the engine."""
