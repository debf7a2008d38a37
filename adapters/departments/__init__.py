"""Departments: each module speaks one wire and answers in the words of `debts.debt`."""
