"""From a delivered file to the lake: which deliveries are in force, what is rejected and kept, what is read once more, what is late."""
