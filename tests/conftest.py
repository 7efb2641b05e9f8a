"""What every test shares: one hypothesis profile."""

from hypothesis import HealthCheck, settings

# A shared two-core machine is slow at odd moments: how long one example takes says nothing about the code.
settings.register_profile("milepost", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("milepost")
