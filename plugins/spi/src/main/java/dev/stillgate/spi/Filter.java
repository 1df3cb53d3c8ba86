package dev.stillgate.spi;

/**
 * One step of the filter chain. A filter implements one or more of the phases below; the chain is compiled for the
 * phases that it implements.
 *
 * <p>Filters run on the request's event loop and must not block: use a {@link Background} task for I/O and keep its
 * result in memory. The chain decides whether a filter enforces or runs in shadow ({@code mode}), and whether its
 * failure lets a request pass ({@code onError}).
 */
public sealed interface Filter permits ConnectionFilter, RequestFilter, BodyFilter, ResponseFilter, CompletionFilter {}
