"""Thin adapters that make each HTTP library ask the governor; every one is imported only by whom it serves."""
