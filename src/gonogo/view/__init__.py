"""Pure: values to words, glyphs and tones. Shared by the panes and the command line."""
