package dev.stillgate.spi;

/**
 * One step of the chain that every request passes. A filter implements one or more of the phases; which ones it
 * implements is fixed when the chain is compiled.
 *
 * <p>Filters run on the request's own event loop and must not block: what needs I/O is a {@link Background} task that
 * refreshes an in-memory snapshot. Whether a filter enforces or only shadows, and whether its failure lets a request
 * pass, is decided by the chain ({@code mode}, {@code onError}) and never inside a filter.
 */
public sealed interface Filter permits ConnectionFilter, RequestFilter, BodyFilter, ResponseFilter, CompletionFilter {}
