"""The detectors as a service: store -> frames -> findings -> alerts, on the data's own clock."""
