package dev.stillgate.proxy.config;

import java.nio.file.Path;

/**
 * That callers may show certificates of their own (mutual TLS), or must.
 *
 * @param authorities a PEM file: the certificates of those who issue them
 * @param required whether a caller without one is turned away; one that shows a bad one always is
 */
public record TlsClients(Path authorities, @Default("true") boolean required) {}
