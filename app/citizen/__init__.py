"""The citizen door: what a signed-in person sees and decides."""
