package dev.stillgate.proxy.dialect.google;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.dialect.RequestReader;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.dialect.request.CloudCall.Cloud;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView.Chat;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Prompts of the Gemini API. */
class ContentsChatTest {
    private static final CloudCall CALL = new CloudCall(Cloud.GEMINI, "gemini-a", false);
    private static final String HI = "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hi\"}]}]";

    private final RequestReader reader = new RequestReader();

    private Chat read(Operation operation, String json) throws MalformedBody {
        byte[] body = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return (Chat) reader.read(operation, CALL, "application/json", body, 0, body.length);
    }

    private Chat read(String json) throws MalformedBody {
        return read(Operation.GENERATE_CONTENT, json);
    }

    private static List<String> parts(Chat chat, int first) {
        List<String> seen = new ArrayList<>();
        chat.parts(first, (message, role, kind, id, text) -> {
            seen.add(message + " " + role + " " + kind + " " + id + " " + text);
            return true;
        });
        return seen;
    }

    @Test
    @DisplayName("engine A1: a prompt of the Gemini API is read in either spelling")
    void settingsAreReadInBothSpellings() throws MalformedBody {
        Chat camel = read("{" + HI + ",'systemInstruction':{'parts':[{'text':'Be'},{'text':'brief'}]},"
                + "'generationConfig':{'maxOutputTokens':99,'candidateCount':3,'temperature':0.5,'topP':0.9,"
                + "'responseLogprobs':true,'thinkingConfig':{'includeThoughts':true}},"
                + "'tools':[{'functionDeclarations':[{'name':'f'},{'name':'g'}]},{'googleSearch':{}}]}");
        assertThat(describe(camel)).isEqualTo("gemini-a 99 3 0.5 0.9 true true false Be\nbrief [f, g, googleSearch]");
        Chat snake = read("{" + HI + ",'system_instruction':{'parts':{'text':'Be'}},"
                + "'generation_config':{'max_output_tokens':99,'candidate_count':3,'temperature':0.5,'top_p':0.9,"
                + "'response_logprobs':true,'thinking_config':{'thinking_budget':-1}},"
                + "'tools':{'function_declarations':{'name':'f'}}}");
        assertThat(describe(snake)).isEqualTo("gemini-a 99 3 0.5 0.9 true true false Be [f]");
        Chat plain = read("{" + HI + "}");
        assertThat(describe(plain)).isEqualTo("gemini-a -1 1 NaN NaN false false false null []");
        assertThat(plain.provider()).isEqualTo(Provider.GOOGLE);
    }

    private static String describe(Chat chat) {
        return chat.model() + " " + chat.maxTokens() + " " + chat.choices() + " " + chat.temperature() + " "
                + chat.topP() + " " + chat.logprobs() + " " + chat.thinking() + " " + chat.stream() + " "
                + chat.system() + " " + chat.toolNames();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    'responseMimeType':'application/json'   | true
                    'response_mime_type':'text/x.enum'      | true
                    'responseMimeType':'text/plain'         | false
                    'responseMimeType':''                   | false
                    'responseSchema':{'type':'OBJECT'}      | true
                    'response_json_schema':{}               | true
                    'responseSchema':null                   | false
                    """, quoteCharacter = '`')
    void structuredOutputIsKnown(String config, boolean structured) throws MalformedBody {
        assertThat(read("{" + HI + ",'generationConfig':{" + config + "}}").structuredOutput())
                .isEqualTo(structured);
    }

    @Test
    void partsAreVisitedByKind() throws MalformedBody {
        Chat chat = read("{'contents':["
                + "{'role':'user','parts':[{'text':'Look'},{'inlineData':{'mimeType':'image/png','data':'eA=='}}]},"
                + "{'role':'model','parts':[{'text':'So','thought':true},{'text':'I call'},"
                + "{'functionCall':{'name':'f','args':{'a':1},'id':'c1'},'thoughtSignature':'sig'}]},"
                + "{'role':'user','parts':[{'function_response':{'name':'f','id':'c1','response':{'b':2}}}]},"
                + "{'parts':{'executableCode':{'language':'PYTHON','code':'1'}}},"
                + "{'role':'model','parts':[{'codeExecutionResult':{'outcome':'OK','output':'2'}},{'new':1}]}]}");
        assertThat(chat.messageCount()).isEqualTo(5);
        assertThat(parts(chat, 0))
                .containsExactly(
                        "0 user TEXT null Look",
                        "0 user MEDIA null ",
                        "1 assistant THINKING null So",
                        "1 assistant TEXT null I call",
                        "1 assistant TOOL_CALL c1 {\"a\":1}",
                        "1 assistant SIGNATURE null sig",
                        "2 user TOOL_RESULT c1 {\"b\":2}",
                        "3 user TOOL_CALL null 1",
                        "4 assistant TOOL_RESULT null 2",
                        "4 assistant OTHER null ");
        assertThat(parts(chat, 4)).hasSize(2);
    }

    @Test
    @DisplayName("engine A1: pieces of a stream that a client sends back as contents of their own are one text")
    void consecutiveTextsOfTheModelAreOne() throws MalformedBody {
        Chat chat = read("{'contents':[{'role':'user','parts':[{'text':'a'},{'text':'b'}]},"
                + "{'role':'model','parts':[{'text':'One '}]},{'role':'model','parts':[{'text':'t\\u0077'},"
                + "{'text':'o'}]},{'role':'model','parts':[{'text':'.','thoughtSignature':'sig'}]},"
                + "{'role':'user','parts':[{'text':'c'}]},{'role':'model','parts':[{'text':'end'}]}]}");
        assertThat(parts(chat, 0))
                .containsExactly(
                        "0 user TEXT null a",
                        "0 user TEXT null b",
                        "1 assistant TEXT null One two.",
                        "3 assistant SIGNATURE null sig",
                        "4 user TEXT null c",
                        "5 assistant TEXT null end");
    }

    @Test
    void settingsWithoutAModelAreAccepted() throws MalformedBody {
        String settings = "'routingConfig':null,'modelConfig':{'featureSelectionPreference':'BALANCED'}";
        assertThat(read("{" + HI + ",'generationConfig':{" + settings + "}}").model())
                .isEqualTo("gemini-a");
    }

    @Test
    void visitorStops() throws MalformedBody {
        Chat chat =
                read("{'contents':[{'role':'model','parts':[{'text':'a'}]},{'parts':[{'text':'b'},{'text':'c'}]}]}");
        for (int most = 1; most <= 3; most++) {
            int[] seen = {0, most};
            chat.parts((message, role, kind, id, text) -> ++seen[0] < seen[1]);
            assertThat(seen[0]).isEqualTo(most);
        }
    }

    @Test
    void promptToCountMayBeNested() throws MalformedBody {
        Chat plain = read(Operation.COUNT_CONTENT_TOKENS, "{" + HI + "}");
        assertThat(parts(plain, 0)).containsExactly("0 user TEXT null Hi");
        Chat nested = read(
                Operation.COUNT_CONTENT_TOKENS,
                "{'generateContentRequest':{'model':'models/gemini-a'," + HI
                        + ",'systemInstruction':{'parts':[{'text':'Be'}]}}}");
        assertThat(parts(nested, 0)).containsExactly("0 user TEXT null Hi");
        assertThat(nested.system()).hasToString("Be");
        assertThat(nested.model()).isEqualTo("gemini-a");
        Chat named = read(Operation.COUNT_CONTENT_TOKENS, "{'model':'publishers/google/models/gemini-a'," + HI + "}");
        assertThat(named.model()).isEqualTo("gemini-a");
        Chat answered = read("{" + HI + ",'generateContentRequest':{'contents':[]}}");
        assertThat(parts(answered, 0)).containsExactly("0 user TEXT null Hi");
    }

    @Test
    void estimateCountsTextToolsAndMedia() throws MalformedBody {
        long least = read("{" + HI + "}").inputTokens();
        assertThat(least).isBetween(3L, 12L);
        String words = "the quick brown fox jumps over it ".repeat(50);
        long system = read("{" + HI + ",'systemInstruction':{'parts':[{'text':'" + words + "'}]}}")
                .inputTokens();
        assertThat(system - least).isBetween(300L, 500L);
        long tool = read("{" + HI + ",'tools':[{'functionDeclarations':[{'name':'f','description':'" + words + "'}]}]}")
                .inputTokens();
        assertThat(tool - least).isBetween(300L, 520L);
        long image = read("{'contents':[{'parts':[{'inlineData':{'mimeType':'image/png','data':'" + "A".repeat(40_000)
                        + "'}}]}]}")
                .inputTokens();
        assertThat(image).isBetween(900L, 1_200L);
        long call = read("{'contents':[{'role':'model','parts':[{'functionCall':{'name':'f','args':{'a':'" + words
                        + "'}}}]}]}")
                .inputTokens();
        assertThat(call).isBetween(300L, 520L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"'parts':[%s]", "'parts':%s"})
    @DisplayName("engine A1: media in the response of a function cost as much as media beside it")
    void mediaOfAFunctionResponseAreNotText(String parts) throws MalformedBody {
        String image = "{'inlineData':{'mimeType':'image/png','data':'" + "A".repeat(200_000) + "'}}";
        String response = "{'functionResponse':{'name':'click_at','response':{'url':'u'}";
        long beside = read("{'contents':[{'parts':[" + response + "}}," + image + "]}]}")
                .inputTokens();
        long inside = read("{'contents':[{'parts':[" + response + "," + parts.formatted(image) + "}}]}]}")
                .inputTokens();
        assertThat(inside).isCloseTo(beside, Offset.offset(100L));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {'model':'models/m','contents':[]}                                             | model-twice
                    {'generationConfig':{'routingConfig':{'manualMode':{'modelName':'gemini-b'}}}} | model-twice
                    {'generation_config':{'routing_config':{'auto_mode':{}}}}                      | model-twice
                    {'generationConfig':{'RoutingConfig':{'manualMode':{'modelName':'gemini-b'}}}} | json-type
                    {'systemInstruction':{},'system_instruction':{}}                               | json-key-twice
                    {'generationConfig':{'topP':1,'top_p':0}}                                      | json-key-twice
                    {'generateContentRequest':{'generationConfig':{},'generation_config':{}}}      | json-key-twice
                    {'contents':'Hi'}                                                              | json-type
                    {'generationConfig':[]}                                                        | json-type
                    {'generationConfig':{'maxOutputTokens':'9'}}                                   | json-type
                    {'generationConfig':{'candidateCount':1e1}}                                    | json-type
                    {'SystemInstruction':{}}                                                       | json-type
                    {'systeminstruction':{}}                                                       | json-type
                    """, quoteCharacter = '`')
    @DisplayName("engine A1: a body that the server could read in another way is malformed")
    void ambiguousBodyIsMalformed(String body, String code) {
        boolean nested = body.contains("generateContentRequest");
        Operation operation = nested ? Operation.COUNT_CONTENT_TOKENS : Operation.GENERATE_CONTENT;
        assertThatThrownBy(() -> read(operation, body))
                .isInstanceOfSatisfying(
                        MalformedBody.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
