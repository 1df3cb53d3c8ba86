package dev.stillgate.loadtests.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.loadtests.report.RequestRecord.Outcome;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TimedExchangeTest {
    private final TimedExchange exchange = new TimedExchange(0, true, 0, 0);

    private static HttpHeaders type(String type) {
        return HttpHeaders.of(Map.of("content-type", List.of(type)), (a, b) -> true);
    }

    private void event(long at, String data) {
        exchange.begin(200, type("text/event-stream; charset=utf-8"));
        exchange.read("data: " + data, at);
        exchange.read("", at);
    }

    private static String chunk(String text) {
        return "{\"choices\":[{\"delta\":{\"content\":\"" + text + "\"}}]}";
    }

    @Test
    void timesAreThoseOfTheArrivals() {
        event(TimeUnit.MILLISECONDS.toNanos(100), chunk(""));
        for (int i = 0; i < 30; i++) {
            event(TimeUnit.MILLISECONDS.toNanos(120 + i * 20), chunk("word"));
        }
        event(TimeUnit.MILLISECONDS.toNanos(720), "[DONE]");

        RequestRecord found = exchange.end(TimeUnit.MILLISECONDS.toNanos(730), null);
        assertThat(found.outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(found.outputEventsNs()).hasSize(30).first().isEqualTo(TimeUnit.MILLISECONDS.toNanos(120));
        assertThat(Metric.TTFT.measure(found)).containsExactly(120);
        assertThat(Metric.ITL.measure(found)).containsExactly(20);
        assertThat(Metric.ICL.measure(found)).hasSize(29).containsOnly(20);
        assertThat(Metric.E2E.measure(found)).containsExactly(700);
    }

    @Test
    void anEventHasTheTimeOfItsEnd() {
        exchange.begin(200, type("text/event-stream"));
        exchange.read(": comment", 5);
        exchange.read("data:{\"type\":\"content_block_delta\",", 10);
        exchange.read("data:\"delta\":{\"text\":\"a\"}}", 20);
        exchange.read("", 30);
        assertThat(exchange.end(40, null).outputEventsNs()).containsExactly(30L);
    }

    @Test
    void outputsOfMessagesAreTextReasoningAndArgumentsOnly() {
        String delta = "{\"type\":\"content_block_delta\",\"delta\":%s}";
        event(1, "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}");
        event(2, delta.formatted("{\"type\":\"thinking_delta\",\"thinking\":\"hm\"}"));
        event(3, delta.formatted("{\"type\":\"signature_delta\",\"signature\":\"c2ln\"}"));
        event(4, delta.formatted("{\"type\":\"input_json_delta\",\"partial_json\":\"\"}"));
        event(5, delta.formatted("{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}"));
        event(6, "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end\"},\"usage\":{\"output_tokens\":17}}");
        RequestRecord found = exchange.end(7, null);
        assertThat(found.outputEventsNs()).containsExactly(2L, 5L);
        assertThat(found.inputTokens()).isEqualTo(9);
        assertThat(found.outputTokens()).isEqualTo(17);
        assertThat(found.error()).isEqualTo("the response is incomplete");
        assertThat(found.outcome()).isEqualTo(Outcome.FAILED);
    }

    @Test
    void outputsOfChatAreTextReasoningAndToolCallsOnly() {
        event(1, "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}");
        event(2, "{\"choices\":[{\"delta\":{\"reasoning_content\":\"so\"}}]}");
        event(3, "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0}]}}]}");
        event(4, "{\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6}}");
        RequestRecord found = exchange.end(5, null);
        assertThat(found.outputEventsNs()).containsExactly(2L, 3L);
        assertThat(found.inputTokens()).isEqualTo(5);
        assertThat(found.outputTokens()).isEqualTo(6);
    }

    @Test
    void errorEventsAndGarbageAreErrors() {
        event(1, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}");
        RequestRecord found = exchange.end(2, null);
        assertThat(found.code()).isEqualTo("overloaded_error");
        assertThat(found.error()).isEqualTo("busy");

        TimedExchange broken = new TimedExchange(0, true, 0, 0);
        broken.begin(502, type("text/html"));
        broken.read("<html>", 1);
        assertThat(broken.end(2, null).error()).isEqualTo("the response is not JSON");
    }

    @Test
    void latencyBeginsAtTheIntendedStart() {
        RequestRecord late = new RequestRecord(
                0,
                true,
                0,
                400_000_000,
                600_000_000,
                List.of(500_000_000L, 600_000_000L),
                1,
                2,
                200,
                Outcome.COMPLETED,
                null,
                null);
        assertThat(Metric.TTFT.measure(late)).containsExactly(500);
        assertThat(Metric.E2E.measure(late)).containsExactly(600);
        assertThat(Metric.LAG.measure(late)).containsExactly(400);
    }
}
