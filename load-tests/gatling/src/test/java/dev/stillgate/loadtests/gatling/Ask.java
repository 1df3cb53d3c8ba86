package dev.stillgate.loadtests.gatling;

import static io.gatling.javaapi.core.CoreDsl.StringBody;
import static io.gatling.javaapi.core.CoreDsl.bodyString;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.jmesPath;
import static io.gatling.javaapi.core.CoreDsl.responseTimeInMillis;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.http.HttpRequestActionBuilder;
import java.time.Duration;

/**
 * A request and the check that its response is complete.
 *
 * @param name name in the report
 * @param messages Anthropic Messages, else OpenAI Chat Completions
 * @param promptCharacters length of the prompt
 * @param stub options of the stub model; a real model ignores the header field
 */
record Ask(String name, boolean messages, boolean stream, int promptCharacters, int maxTokens, String stub) {
    private static final String SENTENCE = "What do you make of it when the ledger and the pencil disagree? ";
    private static final String TIME = "time";
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    static Ask answer(String name) {
        return new Ask(name, true, false, 400, 64, "size=240");
    }

    static Ask stream(String name, int events, int paceMillis) {
        return new Ask(name, true, true, 400, 512, "events=" + events + ",pace=" + paceMillis);
    }

    Ask ofChat() {
        return new Ask(name, false, stream, promptCharacters, maxTokens, stub);
    }

    /** Returns the request with the session's {@code key}, without checks. */
    HttpRequestActionBuilder bare(String model) {
        return http(name)
                .post(messages ? "/v1/messages" : "/v1/chat/completions")
                .header(messages ? "x-api-key" : "authorization", messages ? "#{key}" : "Bearer #{key}")
                .header("anthropic-version", "2023-06-01")
                .header("content-type", "application/json")
                .header("x-stub", stub)
                .requestTimeout(TIMEOUT)
                .body(StringBody(body(model)));
    }

    /** Returns the request with the check of a complete response with status 200, whose time is recorded. */
    ChainBuilder whole(String model) {
        HttpRequestActionBuilder asked =
                bare(model).check(status().is(200), responseTimeInMillis().saveAs(TIME));
        HttpRequestActionBuilder checked = stream
                ? asked.check(bodyString()
                        .transform(text -> text.contains(messages ? "event: message_stop" : "data: [DONE]"))
                        .is(true))
                : asked.check(jmesPath(messages ? "usage.output_tokens" : "usage.completion_tokens")
                        .ofInt()
                        .gt(0));
        return exec(checked).exec(session -> {
            if (!session.isFailed()) {
                Target.MEASURED.add(name, session.getInt(TIME));
            }
            return session;
        });
    }

    private String body(String model) {
        String prompt =
                SENTENCE.repeat(promptCharacters / SENTENCE.length() + 1).substring(0, promptCharacters);
        return "{\"model\":\"" + model + "\",\"max_tokens\":" + maxTokens + ",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]}";
    }
}
