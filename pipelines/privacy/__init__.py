"""Personal data: keyed pseudonyms, masking of free text, suppression of small cells."""
