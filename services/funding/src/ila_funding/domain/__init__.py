"""What is true about money: unit costs, quotes, budget lines, holds and the ledger."""
