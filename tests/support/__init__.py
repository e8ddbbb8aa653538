"""Helpers of the tests: real servers, repositories, terminals and accounts."""
