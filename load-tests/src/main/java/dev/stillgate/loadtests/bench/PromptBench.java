package dev.stillgate.loadtests.bench;

import dev.stillgate.fingerprint.text.PromptFeatures;
import dev.stillgate.fingerprint.text.PromptReader;
import dev.stillgate.fingerprint.text.PromptReaders;
import dev.stillgate.fingerprint.text.TextReader;
import dev.stillgate.fingerprint.text.UnreadPrompt;
import dev.stillgate.proxy.dialect.RequestReader;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Cost of parsed prompts on the request path, and of their new text on the reading thread: a short message and an
 * agent's turn with one new message. Every operation uses another prompt, so that branch predictors cannot
 * learn one.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PromptBench {
    private static final int PROMPTS = 256;
    private static final int AGENTS = 8;
    private static final String WORDS = """
            the of and to in a is that for it with as was on be by this which or from at are have not had but were they
            question answer because through system explain function returns value between several report important remember
            number calculate python list write please help example summary history science pressure memory server request
            I'm don't there's 12 2026 3.5 "quoted words here" `code()` e.g. however, therefore, finally.
            """;

    private final PromptReaders readers = new PromptReaders(new byte[32]);
    private final PromptReader reader = readers.prompts();
    private final TextReader texts = readers.texts();
    private final PromptFeatures features = new PromptFeatures();
    private final BodyView.Chat[] shorts = new BodyView.Chat[PROMPTS];
    private final BodyView.Chat[] agents = new BodyView.Chat[AGENTS];
    private final UnreadPrompt[] shortTexts = new UnreadPrompt[PROMPTS];
    private int turn;

    /** Generates the prompts. */
    public PromptBench() {
        Random random = new Random(42);
        for (int i = 0; i < PROMPTS; i++) {
            shorts[i] = parsed("{\"messages\":[" + message("user", prose(random, 1200)) + "]}");
            shortTexts[i] = reader.read(shorts[i], features);
        }
        for (int i = 0; i < AGENTS; i++) {
            agents[i] = parsed(agent(random));
            texts.read(reader.read(agents[i], features), features); // now its system prompt is cached
        }
    }

    private static String prose(Random random, int size) {
        String[] words = WORDS.strip().split("\\s+", -1);
        StringBuilder text = new StringBuilder();
        while (text.length() < size) {
            double skewed = Math.pow(random.nextDouble(), 1.6);
            text.append(words[(int) (skewed * words.length)]).append(random.nextInt(14) == 0 ? ".\\n" : " ");
        }
        return text.substring(0, size)
                .replace("\\n", "\n")
                .replace("\\", "")
                .replace("\"", "\\\"")
                .replace("\n", "\\n");
    }

    /** Returns the request body of an agent of 300 kB: a system prompt of 12 kB and some 130 messages. */
    private static String agent(Random random) {
        StringBuilder body = new StringBuilder("{\"system\":\"" + prose(random, 12_000) + "\",\"messages\":[");
        while (body.length() < 299_000) {
            body.append(message("user", prose(random, 4_000))).append(',');
            body.append(message("assistant", prose(random, 500))).append(',');
        }
        return body.append(message("user", prose(random, 300))).append("]}").toString();
    }

    private static String message(String role, String text) {
        return "{\"role\":\"" + role + "\",\"content\":\"" + text + "\"}";
    }

    private static BodyView.Chat parsed(String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        try {
            return (BodyView.Chat)
                    new RequestReader().read(Operation.MESSAGES, "application/json", body, 0, body.length);
        } catch (MalformedBody e) {
            throw new IllegalStateException(e);
        }
    }

    @Benchmark
    public UnreadPrompt promptOf1200Characters() {
        return read(shorts, PROMPTS);
    }

    @Benchmark
    public UnreadPrompt agentTurnOf300Kilobytes() {
        return read(agents, AGENTS);
    }

    @Benchmark
    public PromptFeatures textOf1200Characters() {
        texts.read(shortTexts[turn++ & (PROMPTS - 1)], features);
        return features;
    }

    private UnreadPrompt read(BodyView.Chat[] prompts, int count) {
        return reader.read(prompts[turn++ & (count - 1)], features);
    }
}
