"""Tests of the support that the other tests stand on."""
