package dev.stillgate.proxy.jwt;

/** The result of judging a token: a caller, or a fault. */
public sealed interface Judgement permits JwtCaller, JwtFault {}
