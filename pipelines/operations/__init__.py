"""What keeps an installation whole and lawful: recovery, backup, erasure and copies for those whom the data is about, who took data out."""
