"""What a form can ask. Each module registers its kinds; `registry.discover("forms")` finds the modules."""
