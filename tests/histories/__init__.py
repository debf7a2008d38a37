"""Concurrent histories under kill -9, judged afterwards (SEC-7, SEC-8, SEC-10, SEC-58, SEC-100).

Three application processes and a worker do what people do, each writing down what it is about to
do and what came of it. Processes and PostgreSQL are killed meanwhile. `judge` then reads the files
and the database and decides whether any order of the steps explains all that was seen.
"""
