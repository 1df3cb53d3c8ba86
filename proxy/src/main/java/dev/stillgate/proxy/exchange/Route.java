package dev.stillgate.proxy.exchange;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A route of the policy in force.
 *
 * @param path a prefix if it ends in {@code /}, else an exact path
 * @param to where the requests go
 * @param models where prompts go that name a model; null if they go to {@code to} too
 * @param opaque paths of no known API that are forwarded unread; prefixes if they end in {@code /}
 * @param upgrades whether connections may be upgraded to WebSocket on opaque paths
 * @param realtime whether sessions of the Realtime API are served
 * @param responses whether the Responses API is served over WebSocket
 * @param keepsHost whether the upstream gets the client's Host field
 * @param droppedFields names of request header fields that are not forwarded, in lower case
 * @param keepAliveNanos the silence of an event stream after which the client gets a comment; 0 for none
 */
public record Route(
        String path,
        Destination to,
        @Nullable ModelTable models,
        List<String> opaque,
        boolean upgrades,
        boolean realtime,
        boolean responses,
        boolean keepsHost,
        List<String> droppedFields,
        long keepAliveNanos) {
    public Route {
        opaque = List.copyOf(opaque);
        droppedFields = droppedFields.stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .toList();
    }
}
