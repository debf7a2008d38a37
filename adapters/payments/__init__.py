"""Who takes and returns money for us; `plan.ports.Payments` is what they have in common."""
