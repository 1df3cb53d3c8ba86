package dev.stillgate.loadtests.gatling;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.bodyString;
import static io.gatling.javaapi.core.CoreDsl.jmesPath;
import static io.gatling.javaapi.http.HttpDsl.headerRegex;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.CheckBuilder;
import io.gatling.javaapi.http.HttpRequestActionBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Requests of one provider API, and the checks of admitted and refused responses. */
enum Api {
    MESSAGES("/v1/messages", "anthropic-ratelimit-%s-%s", false),
    MESSAGES_STREAM("/v1/messages", "anthropic-ratelimit-%s-%s", true),
    CHAT("/v1/chat/completions", "x-ratelimit-%2$s-%1$s", false),
    CHAT_STREAM("/v1/chat/completions", "x-ratelimit-%2$s-%1$s", true);

    private static final Pattern MOMENT = Pattern.compile("(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z)");
    private static final Pattern DURATION = Pattern.compile("^((?:\\d+h)?(?:\\d+m)?(?:[\\d.]+s)?(?:\\d+ms)?)$");
    private static final int REFUSED = 429;

    private final String path;
    private final String fields;
    private final boolean stream;

    Api(String path, String fields, boolean stream) {
        this.path = path;
        this.fields = fields;
        this.stream = stream;
    }

    private boolean isMessages() {
        return path.equals("/v1/messages");
    }

    /** Returns the request of an account with the checks of its response. */
    HttpRequestActionBuilder request(Caller caller) {
        String credential = isMessages() ? caller.key() : "Bearer " + caller.key();
        return http(caller.account() + " " + name().toLowerCase(java.util.Locale.ROOT))
                .post(path)
                .header(isMessages() ? "x-api-key" : "authorization", credential)
                .header("content-type", "application/json")
                .header("x-stub", caller.stub())
                .body(StringBody(body(caller)))
                .check(status().in(200, REFUSED).saveAs("status"))
                .checkIf(session -> session.getInt("status") == 200)
                .then(allowed().toArray(CheckBuilder[]::new))
                .checkIf(session -> session.getInt("status") == REFUSED)
                .then(refused(caller).toArray(CheckBuilder[]::new));
    }

    private String body(Caller caller) {
        String options = stream && !isMessages() ? ",\"stream_options\":{\"include_usage\":true}" : "";
        return "{\"model\":\"stub-1\",\"max_tokens\":" + caller.maxTokens() + ",\"stream\":" + stream + options
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + caller.prompt() + "\"}]}";
    }

    /** The rate limit fields cover all measures of the provider, and the response is complete. */
    private List<CheckBuilder> allowed() {
        List<CheckBuilder> checks = new ArrayList<>();
        for (String measure :
                isMessages() ? List.of("requests", "input-tokens", "output-tokens") : List.of("requests", "tokens")) {
            checks.addAll(rateLimitFields(measure));
        }
        if (!stream) {
            checks.add(jmesPath(isMessages() ? "usage.output_tokens" : "usage.completion_tokens")
                    .ofInt()
                    .gt(0));
        } else {
            checks.add(bodyString()
                    .transform(text -> text.contains(isMessages() ? "event: message_stop" : "data: [DONE]"))
                    .is(true));
        }
        return checks;
    }

    /** The binding limit is in the provider's fields, and the error has retry-after and the provider's format. */
    private List<CheckBuilder> refused(Caller caller) {
        List<CheckBuilder> checks = new ArrayList<>();
        checks.add(headerRegex("retry-after", "^([1-9]\\d*)$").exists());
        if (!caller.binds().equals("concurrency")) { // no provider has fields for it
            checks.addAll(
                    rateLimitFields(isMessages() || caller.binds().equals("requests") ? caller.binds() : "tokens"));
        }
        if (isMessages()) {
            checks.add(jmesPath("type").is("error"));
            checks.add(jmesPath("error.type").is("rate_limit_error"));
        } else {
            checks.add(jmesPath("error.code").is("rate_limit_exceeded"));
            checks.add(jmesPath("error.type").is(caller.binds().endsWith("tokens") ? "tokens" : "requests"));
        }
        checks.add(jmesPath("error.message").exists());
        return checks;
    }

    private List<CheckBuilder> rateLimitFields(String measure) {
        Pattern reset = isMessages() ? MOMENT : DURATION;
        return List.of(
                headerRegex(field(measure, "limit"), "^([1-9]\\d*)$").exists(),
                headerRegex(field(measure, "remaining"), "^(\\d+)$").exists(),
                headerRegex(field(measure, "reset"), reset.pattern()).exists());
    }

    private String field(String measure, String part) {
        return fields.formatted(measure, part);
    }
}
