package dev.stillgate.proxy.dialect.google;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.dialect.RequestReader;
import dev.stillgate.proxy.dialect.UsageReader;
import dev.stillgate.proxy.json.KeyedHashes;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView.Chat;
import dev.stillgate.spi.BodyView.PartKind;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.ProviderVerdict.Kind;
import dev.stillgate.spi.ResponseFacts;
import dev.stillgate.spi.Usage;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Usage, judgement and content of responses of the Gemini API that the common fixtures do not show. */
class GeminiResponseTest {
    private static final String FIRST = "The harbour lies behind the old mole, and on clear days ";
    private static final String SECOND = "one sees the light of the second house beyond the bay.";

    private final KeyedHashes hashes = new KeyedHashes("0123456789abcdef".getBytes(StandardCharsets.US_ASCII));
    private final UsageReader reader = new UsageReader();

    private UsageReader read(boolean sse, String body) {
        byte[] bytes = body.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        reader.reset(Operation.GENERATE_CONTENT, sse, hashes).feed(bytes, 0, bytes.length);
        return reader;
    }

    private static String event(String json) {
        return "data: " + json + "\r\n\r\n";
    }

    @Test
    @DisplayName("engine A1: the usage of a stream is that of its last piece")
    void lastUsageOfAStreamCounts() {
        String first = "{'candidates':[{'content':{'parts':[{'text':'one'}]}}],"
                + "'usageMetadata':{'promptTokenCount':9,'candidatesTokenCount':1,'thoughtsTokenCount':30}}";
        String second = "{'candidates':[{'content':{'parts':[{'text':' two'}]},'finishReason':'STOP'}],"
                + "'usageMetadata':{'promptTokenCount':9,'candidatesTokenCount':4,'thoughtsTokenCount':31,"
                + "'toolUsePromptTokenCount':2,'cachedContentTokenCount':8}}";
        Usage all = new Usage(Usage.Source.EXACT, 11, 35, 8, -1, 31);
        assertThat(read(true, event(first)).usage()).isEqualTo(new Usage(Usage.Source.EXACT, 9, 31, -1, -1, 30));
        assertThat(read(true, event(first) + event(second)).usage()).isEqualTo(all);
        assertThat(read(false, "[" + first + ",\n" + second + "]").usage()).isEqualTo(all);
        assertThat(read(false, "[" + first + ",\n").usage().source()).isEqualTo(Usage.Source.ESTIMATED);
    }

    @Test
    void textWithoutCountsIsEstimated() {
        String text = "{'candidates':[{'content':{'parts':[{'text':'" + FIRST.repeat(20) + "'}]}}]";
        Usage usage = read(true, event(text + ",'usageMetadata':{'trafficType':'ON_DEMAND'}}"))
                .usage();
        assertThat(usage.source()).isEqualTo(Usage.Source.ESTIMATED);
        assertThat(usage.output()).isBetween(180L, 320L);
    }

    private static String media(String type, int length) {
        return "{'candidates':[{'content':{'parts':[{'inlineData':{'mimeType':'" + type + "','data':'"
                + "A".repeat(length) + "'}}]}}]";
    }

    @Test
    @DisplayName("engine A1: images and sound that came before the usage are counted")
    void mediaWithoutCountsAreEstimated() {
        String image = media("image/png", 300_000);
        String input = ",'usageMetadata':{'promptTokenCount':5}}";
        Usage one = read(true, event(image + input)).usage();
        assertThat(one).isEqualTo(new Usage(Usage.Source.ESTIMATED, 5, 1_032, -1, -1, -1));
        assertThat(read(true, event(image + "}") + event(image + input)).usage().output())
                .isEqualTo(2 * 1_032);
        assertThat(read(false, image).usage()).isEqualTo(new Usage(Usage.Source.ESTIMATED, -1, 1_032, -1, -1, -1));
        String begun = image.substring(0, 1_000);
        assertThat(read(false, begun).usage().output()).isEqualTo(1_032);

        String second = event(media("audio/L16;codec=pcm;rate=24000", 64_000) + "}");
        assertThat(read(true, second.repeat(3)).usage().output()).isBetween(74L, 76L);
        assertThat(read(true, second.repeat(3) + event(image + "}")).usage().output())
                .isBetween(1_106L, 1_108L);
    }

    @Test
    void reportedCountsIncludeMedia() {
        String image = media("image/png", 3_000);
        String counted = image + ",'usageMetadata':{'promptTokenCount':5,'candidatesTokenCount':1290}}";
        Usage reported = new Usage(Usage.Source.EXACT, 5, 1_290, -1, -1, -1);
        assertThat(read(true, event(image + "}") + event(counted)).usage()).isEqualTo(reported);
        assertThat(read(false, counted).usage()).isEqualTo(reported);
        String refused = "{'promptFeedback':{'blockReason':'SAFETY'},'usageMetadata':{'promptTokenCount':5}}";
        assertThat(read(true, event(refused)).usage()).isEqualTo(new Usage(Usage.Source.EXACT, 5, 0, -1, -1, -1));
        assertThat(read(false, piece("{'inlineData':{'mimeType':'image/png','data':'AAAA'}},{'text':'" + FIRST + "'}"))
                        .facts()
                        .proseChars())
                .isEqualTo(FIRST.length());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    'candidates':[{'finishReason':'SAFETY'}]                            | CONTENT_FILTER | SAFETY             | SAFETY
                    'candidates':[{'finishReason':'RECITATION'}]                        | CONTENT_FILTER | RECITATION         | RECITATION
                    'candidates':[{'finishReason':'PROHIBITED_CONTENT'},{'finishReason':'STOP'}] | CONTENT_FILTER | PROHIBITED_CONTENT | PROHIBITED_CONTENT
                    'promptFeedback':{'blockReason':'BLOCKLIST'}                        | REFUSAL        | BLOCKLIST          | BLOCKLIST
                    'promptFeedback':{'safetyRatings':[]},'candidates':[{'finishReason':'STOP'}] | NONE | | STOP
                    'candidates':[{'finishReason':'MAX_TOKENS'}]                        | NONE           |                    | MAX_TOKENS
                    'candidates':[{'content':{'parts':[{'functionCall':{'args':{'finishReason':'SAFETY'}}}]}}] | NONE | |
                    """, quoteCharacter = '`')
    @DisplayName("engine A1: a blocked prompt is a refusal, and a filtered candidate is filtered content")
    void providerJudges(String members, Kind kind, @Nullable String category, @Nullable String reason) {
        ProviderVerdict verdict = new ProviderVerdict(kind, category);
        assertThat(read(false, "{" + members + "}").verdict()).isEqualTo(verdict);
        assertThat(reader.finishReason()).isEqualTo(reason);
        assertThat(read(true, event("{" + members + "}")).verdict()).isEqualTo(verdict);
        assertThat(read(false, "[{" + members + "},{'usageMetadata':{}}]").verdict())
                .isEqualTo(verdict);
        assertThat(reader.finishReason()).isEqualTo(reason);
    }

    private static Set<Long> hashesOf(ResponseFacts facts) {
        Set<Long> found = new LinkedHashSet<>();
        for (int i = 0; i < facts.hashCount(); i++) {
            found.add(facts.hash(i));
        }
        return found;
    }

    private Set<Long> hashesOfPrompt(String contents) throws MalformedBody {
        byte[] body = ("{'contents':[" + contents + "]}").replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        Chat chat =
                (Chat) new RequestReader().read(Operation.GENERATE_CONTENT, "application/json", body, 0, body.length);
        Set<Long> found = new LinkedHashSet<>();
        chat.parts((message, role, kind, id, text) -> {
            if (role.equals("assistant")) {
                found.add(
                        kind == PartKind.TEXT
                                ? hashes.ofText(text)
                                : kind == PartKind.SIGNATURE ? hashes.ofId(text) : id == null ? 0L : hashes.ofId(id));
            }
            return true;
        });
        found.remove(0L);
        return found;
    }

    private static String content(String parts) {
        return "{'role':'model','parts':[" + parts + "]}";
    }

    private static String piece(String parts) {
        return "{'candidates':[{'content':" + content(parts) + ",'index':0}]}";
    }

    @Test
    @DisplayName(
            "engine A1: the texts, signatures and ids of an answer are found again in the prompt that continues it")
    void marksAreThoseOfTheNextPrompt() throws MalformedBody {
        String one = "{'text':'" + FIRST + "'}";
        String two = "{'text':'" + SECOND + "'}";
        String thought = "{'text':'" + FIRST + SECOND + "','thought':true}";
        String call = "{'functionCall':{'name':'f','args':{'a':'b'},'id':'call-7'},'thoughtSignature':'c2ln'}";
        String after = "{'text':'" + SECOND + FIRST + "'}";
        String[] pieces = {thought, one, two, call, after};
        StringBuilder events = new StringBuilder();
        StringBuilder list = new StringBuilder();
        StringBuilder asSent = new StringBuilder();
        for (String part : pieces) {
            events.append(event(piece(part)));
            list.append(list.isEmpty() ? "[" : ",").append(piece(part));
            asSent.append(asSent.isEmpty() ? "" : ",").append(content(part));
        }
        Set<Long> expected = hashesOfPrompt(asSent.toString());
        assertThat(expected).hasSize(4);
        assertThat(hashesOfPrompt(content(one + "," + two + "," + call + "," + after)))
                .isEqualTo(expected);
        assertThat(hashesOf(read(true, events.toString()).facts())).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(hashesOf(read(false, list + "]").facts())).containsExactlyInAnyOrderElementsOf(expected);
        ResponseFacts whole = read(false, piece(String.join(",", pieces))).facts();
        assertThat(hashesOf(whole)).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(whole.proseChars()).isEqualTo(2L * (FIRST.length() + SECOND.length()));
        assertThat(whole.toolChars()).isPositive();
    }

    @Test
    void thoughtMayPrecedeOrFollowItsText() {
        String text = "'text':'" + FIRST + "'";
        assertThat(read(false, piece("{'thought':true," + text + "}")).facts().proseChars())
                .isZero();
        assertThat(read(false, piece("{" + text + ",'thought':true}")).facts().proseChars())
                .isZero();
        assertThat(read(false, piece("{" + text + ",'thought':false}")).facts().proseChars())
                .isEqualTo(FIRST.length());
    }

    @Test
    void countIsRead() {
        byte[] bytes = "{\"totalTokens\":31}".getBytes(StandardCharsets.UTF_8);
        reader.reset(Operation.COUNT_CONTENT_TOKENS, false).feed(bytes, 0, bytes.length);
        assertThat(reader.usage()).isEqualTo(new Usage(Usage.Source.EXACT, 31, -1, -1, -1, -1));
    }
}
