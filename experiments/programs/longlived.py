"""Millions of long-lived small instances (at L) under a churn of short-lived ones; what a generational collector walks in vain."""

import sys

# size: (long-lived objects, short-lived objects)
SIZES = {"S": (7_000, 9_000), "M": (70_000, 3_200_000), "L": (1_150_000, 1_500_000)}


class Account:
    """Lives for the whole run."""

    def __init__(self, number, owner):
        self.number = number
        self.owner = owner
        self.balance = 100
        self.history = None


class Owner:
    """Shared by several accounts."""

    def __init__(self, number):
        self.number = number
        self.accounts = []


class Transfer:
    """Lives for one turn of the loop."""

    def __init__(self, source, target, amount):
        self.source = source
        self.target = target
        self.amount = amount

    def possible(self):
        return self.source.balance >= self.amount and self.source is not self.target

    def apply(self):
        self.source.balance -= self.amount
        self.target.balance += self.amount
        return Receipt(self)


class Receipt:
    """Lives a little longer than its transfer; the last few are kept on an account."""

    def __init__(self, transfer):
        self.amount = transfer.amount
        self.target = transfer.target.number


class Bank:
    """All accounts, and the counts of what happened."""

    def __init__(self, amount):
        self.owners = [Owner(number) for number in range(amount // 4 + 1)]
        self.accounts = []
        for number in range(amount):
            owner = self.owners[number // 4]
            account = Account(number, owner)
            owner.accounts.append(account)
            self.accounts.append(account)
        self.done = 0
        self.refused = 0

    def turn(self, source, target, amount):
        transfer = Transfer(self.accounts[source], self.accounts[target], amount)
        if not transfer.possible():
            self.refused += 1
            return
        receipt = transfer.apply()
        self.done += 1
        if self.done % 16 == 0:
            account = transfer.source
            if account.history is None:
                account.history = [receipt]
            else:
                account.history.append(receipt)
                if len(account.history) > 3:
                    account.history.pop(0)


def main():
    size = sys.argv[1] if len(sys.argv) > 1 else "S"
    if size not in SIZES:
        raise SystemExit("usage: longlived.py S|M|L")
    amount, turns = SIZES[size]
    bank = Bank(amount)
    state = 4711
    for _ in range(turns // 2):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        source = (state >> 7) % amount
        bank.turn(source, (source * 7 + state) % amount, 1 + state % 60)
    print("transfers", bank.done, "refused", bank.refused)
    assert sum(account.balance for account in bank.accounts) == 100 * amount
    richest = max(bank.owners, key=lambda owner: (sum(a.balance for a in owner.accounts), -owner.number))
    print("richest", richest.number, [account.balance for account in richest.accounts])
    kept = sum(len(account.history) for account in bank.accounts if account.history)
    print("receipts kept", kept)
    check = 0
    for account in bank.accounts:
        check = (check * 31 + account.balance + account.owner.number) & 0xFFFFFFFF
        if account.history:
            for receipt in account.history:
                check = (check * 31 + receipt.amount + receipt.target) & 0xFFFFFFFF
    print("checksum", check)


if __name__ == "__main__":
    main()
