"""How devices and bridges say what they measured: a module for each form, by its documentation."""
