"""Pictures of the figures: one Vega-Lite specification each, for page, mail and paper."""
