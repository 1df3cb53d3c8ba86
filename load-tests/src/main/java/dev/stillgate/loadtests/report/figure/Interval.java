package dev.stillgate.loadtests.report.figure;

/** A 95 % interval. */
public record Interval(double low, double high) {}
