package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.ModelReply;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** API of tests that records the exchanges and responds by a rule. */
public final class ScriptedApi implements Api {
    /** A refusal without a time to wait. */
    public static final ApiResponse LIMITED = new ApiResponse(429, -1, true);

    /** A refusal of a blocked account. */
    public static final ApiResponse BLOCKED = new ApiResponse(403, -1, true);

    private final Function<SimulatedExchange, ApiResponse> rule;
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<ModelReply> postponed = new ArrayList<>();

    /** An exchange that was sent, with the response to it. */
    public record Attempt(long time, String account, ModelReply reply, ApiResponse response) {}

    public ScriptedApi(Function<SimulatedExchange, ApiResponse> rule) {
        this.rule = rule;
    }

    @Override
    public ApiResponse send(SimulatedExchange exchange) {
        ApiResponse response = rule.apply(exchange);
        attempts.add(new Attempt(exchange.time(), exchange.account().id(), exchange.reply(), response));
        return response;
    }

    @Override
    public void postpone(long time, String label, String account, ModelReply reply) {
        postponed.add(reply);
    }

    public List<Attempt> attempts() {
        return attempts;
    }

    /** Returns the responses that clients wanted when they had no usable account. */
    public List<ModelReply> postponed() {
        return postponed;
    }
}
