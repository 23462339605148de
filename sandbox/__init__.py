"""Discord and Seedream in a box: for trying the bot without accounts, for the tests and for the benchmarks."""
