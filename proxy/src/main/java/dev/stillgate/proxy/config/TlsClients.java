package dev.stillgate.proxy.config;

import java.nio.file.Path;

/**
 * Settings of client certificates (mutual TLS) on a listener.
 *
 * @param authorities a PEM file with the CA certificates that issue client certificates
 * @param required whether clients without a certificate are refused; clients with an invalid one always are
 */
public record TlsClients(Path authorities, @Default("true") boolean required) {}
