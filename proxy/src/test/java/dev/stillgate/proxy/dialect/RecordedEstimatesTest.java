package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Measures and prints the error of token estimates against the providers' counts, as a regression test. The weights
 * were fitted to these recordings, so the error is in-sample.
 */
@Tag("shared")
class RecordedEstimatesTest {
    private static List<Sample> input = List.of();
    private static List<Sample> output = List.of();

    /**
     * An estimate and the actual count.
     *
     * @param kept whether the provider adds or removes content that the request does not show
     */
    private record Sample(Operation operation, boolean kept, long estimate, long actual) {
        double ratio() {
            return (double) estimate / actual;
        }
    }

    @BeforeAll
    static void measure() throws MalformedBody {
        List<Fixtures.Recording> recordings = Fixtures.recorded();
        input = new ArrayList<>();
        output = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        RequestReader reader = new RequestReader();
        for (int i = 0; i < recordings.size(); i++) {
            Fixtures.Recording recording = recordings.get(i);
            Usage usage = recording.answer().usage();
            String request = new String(recording.request(), StandardCharsets.UTF_8);
            if (recording.status() == 200 && usage.input() > 0 && seen.add(recording.path() + request)) {
                input.add(prompt(reader, recording, Fixtures.read(request), request));
                answer(recording, request);
            }
        }
    }

    private static Sample prompt(RequestReader reader, Fixtures.Recording recording, JsonNode request, String text)
            throws MalformedBody {
        Operation operation = recording.answer().operation();
        Provider provider = operation == Operation.MESSAGES ? Provider.ANTHROPIC : Provider.OPENAI;
        byte[] body = recording.request();
        BodyView.Chat chat = (BodyView.Chat) reader.read(operation, "application/json", body, 0, body.length);
        Usage usage = recording.answer().usage();
        long actual = usage.input();
        if (provider == Provider.ANTHROPIC) {
            actual += Math.max(0, usage.cacheRead()) + Math.max(0, usage.cacheWrite());
        }
        boolean kept = request.has("previous_response_id")
                || request.has("mcp_servers")
                || request.has("context_management")
                || request.has("container")
                || hosted(request.path("tools"))
                || text.contains("base64")
                || text.contains("image")
                || text.contains("\"url\"")
                || text.contains("file");
        return new Sample(operation, kept, chat.inputTokens(), actual);
    }

    private static boolean hosted(JsonNode tools) {
        for (JsonNode tool : tools) {
            String type = tool.path("type").asText("custom");
            if (!type.equals("function") && !type.equals("custom")) {
                return true;
            }
        }
        return false;
    }

    /** Estimates a response after its usage was removed. */
    private static void answer(Fixtures.Recording recording, String request) {
        Fixtures.Response answer = recording.answer();
        byte[] body = new String(answer.body(), StandardCharsets.UTF_8)
                .replace("\"usage\"", "\"ignored\"")
                .getBytes(StandardCharsets.UTF_8);
        UsageReader reader = new UsageReader().reset(answer.operation(), answer.sse());
        reader.feed(body, 0, body.length);
        boolean hidden = answer.usage().reasoning() > 0
                || request.contains("thinking")
                || request.contains("reasoning")
                || request.contains("moderation")
                || request.contains("audio")
                || request.contains("context_management")
                || hosted(Fixtures.read(request).path("tools"));
        long output = Math.max(0, reader.usage().output());
        output(new Sample(answer.operation(), hidden, output, answer.usage().output()));
    }

    private static void output(Sample sample) {
        if (sample.actual >= 20) {
            output.add(sample);
        }
    }

    @Test
    void responseEstimatesAreWithinStatedBand() {
        for (Operation operation : List.of(Operation.MESSAGES, Operation.CHAT_COMPLETIONS, Operation.RESPONSES)) {
            List<Sample> all =
                    output.stream().filter(s -> s.operation == operation).toList();
            List<Sample> shown = all.stream().filter(s -> !s.kept).toList();
            band(all, operation + " output, all");
            double[] band = band(shown, operation + " output, shown");
            assertThat(band[0]).isGreaterThan(0.4);
            assertThat(band[1]).isBetween(0.9, 1.1);
            assertThat(band[2]).isLessThan(1.3);
        }
    }

    private static double[] band(List<Sample> samples, String title) {
        double[] ratios = samples.stream().mapToDouble(Sample::ratio).sorted().toArray();
        double[] band = {at(ratios, 0.1), at(ratios, 0.5), at(ratios, 0.9)};
        System.out.printf("%s: %d, p10 %.2f, median %.2f, p90 %.2f%n", title, ratios.length, band[0], band[1], band[2]);
        return band;
    }

    private static double at(double[] sorted, double share) {
        return sorted[(int) Math.min(sorted.length - 1, Math.round(share * (sorted.length - 1)))];
    }

    @Test
    void promptEstimatesAreWithinStatedBand() {
        for (Operation operation : List.of(Operation.MESSAGES, Operation.CHAT_COMPLETIONS, Operation.RESPONSES)) {
            List<Sample> all =
                    input.stream().filter(s -> s.operation == operation).toList();
            List<Sample> shown = all.stream().filter(s -> !s.kept).toList();
            band(all, operation + ", all");
            double[] band = band(shown, operation + ", shown");
            assertThat(band[0]).isGreaterThan(0.55);
            assertThat(band[1]).isBetween(0.93, 1.07);
            assertThat(band[2]).isLessThan(1.45);
        }
    }
}
