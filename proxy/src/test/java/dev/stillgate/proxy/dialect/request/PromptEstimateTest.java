package dev.stillgate.proxy.dialect.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.dialect.Mutations;
import dev.stillgate.proxy.dialect.RequestReader;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.BodyView.Chat;
import dev.stillgate.spi.Operation;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptEstimateTest {
    private static final String WORDS = "The boats came home before the rain and nobody asked them why. ";
    private final RequestReader reader = new RequestReader();

    private Chat chat(Operation operation, String body) throws MalformedBody {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return (Chat) reader.read(operation, "application/json", bytes, 0, bytes.length);
    }

    private long tokens(Operation operation, String body) throws MalformedBody {
        return chat(operation, body).inputTokens();
    }

    /** Puts text into each field of a prompt that a model reads. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MESSAGES|{'system':'%s'}",
                "MESSAGES|{'system':[{'type':'text','text':'%s'}]}",
                "MESSAGES|{'messages':[{'role':'user','content':'%s'}]}",
                "MESSAGES|{'messages':[{'role':'user','content':[{'type':'text','text':'%s'}]}]}",
                "MESSAGES|{'messages':[{'role':'user','content':[{'type':'tool_result','tool_use_id':'t','content':'%s'}]}]}",
                "MESSAGES|{'messages':[{'role':'assistant','content':[{'type':'tool_use','id':'t','name':'n','input':{'a':'%s'}}]}]}",
                "MESSAGES|{'messages':[{'role':'user','content':[{'type':'document','source':{'type':'text','data':'%s'}}]}]}",
                "MESSAGES|{'messages':[{'role':'user','content':[{'type':'novelty','words':'%s'}]}]}",
                "MESSAGES|{'tools':[{'name':'n','description':'%s','input_schema':{}}]}",
                "MESSAGES|{'tools':[{'name':'n','input_schema':{'properties':{'a':{'description':'%s'}}}}]}",
                "MESSAGES|{'output_config':{'format':{'type':'json_schema','schema':{'title':'%s'}}}}",
                "CHAT_COMPLETIONS|{'messages':[{'role':'user','content':'%s'}]}",
                "CHAT_COMPLETIONS|{'messages':[{'role':'tool','tool_call_id':'c','content':'%s'}]}",
                "CHAT_COMPLETIONS|{'messages':[{'role':'assistant','tool_calls':[{'id':'c','type':'function','function':{'name':'n','arguments':'%s'}}]}]}",
                "CHAT_COMPLETIONS|{'tools':[{'type':'function','function':{'name':'n','description':'%s'}}]}",
                "CHAT_COMPLETIONS|{'functions':[{'name':'n','parameters':{'enum':['%s']}}]}",
                "CHAT_COMPLETIONS|{'response_format':{'type':'json_schema','json_schema':{'schema':{'title':'%s'}}}}",
                "RESPONSES|{'input':'%s'}",
                "RESPONSES|{'instructions':'%s'}",
                "RESPONSES|{'input':[{'role':'user','content':[{'type':'input_text','text':'%s'}]}]}",
                "RESPONSES|{'input':[{'type':'function_call','name':'n','call_id':'c','arguments':'%s'}]}",
                "RESPONSES|{'input':[{'type':'function_call_output','call_id':'c','output':'%s'}]}",
                "RESPONSES|{'tools':[{'type':'function','name':'n','parameters':{'description':'%s'}}]}",
                "RESPONSES|{'text':{'format':{'type':'json_schema','name':'n','schema':{'title':'%s'}}}}",
            })
    void textCountsInEveryField(Operation operation, String body) throws MalformedBody {
        String json = body.replace('\'', '"');
        long without = tokens(operation, json.replace("%s", ""));
        long with = tokens(operation, json.replace("%s", WORDS.repeat(20)));
        assertThat(with - without).isBetween(220L, 340L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MESSAGES|{'messages':[{'role':'user','content':[{'type':'image','source':{'type':'base64','media_type':'image/png','data':'%s'}}]}]}",
                "MESSAGES|{'messages':[{'role':'user','content':[{'type':'document','source':{'type':'base64','data':'%s'}}]}]}",
                "MESSAGES|{'messages':[{'role':'user','content':[{'type':'tool_result','tool_use_id':'t','content':[{'type':'image','source':{'data':'%s'}}]}]}]}",
                "CHAT_COMPLETIONS|{'messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:image/png;base64,%s'}}]}]}",
                "CHAT_COMPLETIONS|{'messages':[{'role':'user','content':[{'type':'input_audio','input_audio':{'data':'%s','format':'wav'}}]}]}",
                "CHAT_COMPLETIONS|{'messages':[{'role':'user','content':[{'type':'file','file':{'file_data':'%s'}}]}]}",
                "RESPONSES|{'input':[{'role':'user','content':[{'type':'input_image','image_url':'data:image/png;base64,%s'}]}]}",
                "RESPONSES|{'input':[{'role':'user','content':[{'type':'input_file','file_data':'%s'}]}]}",
                "RESPONSES|{'input':[{'type':'computer_call_output','call_id':'c','output':{'type':'computer_screenshot','image_url':'%s'}}]}",
                "RESPONSES|{'input':[{'type':'image_generation_call','id':'i','result':'%s'}]}",
            })
    void mediaCostIsIndependentOfSize(Operation operation, String body) throws MalformedBody {
        String json = body.replace('\'', '"');
        long small = tokens(operation, json.replace("%s", "AAAA"));
        assertThat(small).isBetween(250L, 3_000L);
        assertThat(tokens(operation, json.replace("%s", "iVBORw0K".repeat(100_000))))
                .isEqualTo(small);
    }

    @Test
    void lowDetailImageIsCheap() throws MalformedBody {
        assertThat(tokens(Operation.CHAT_COMPLETIONS, """
                {"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x","detail":"low"}}]}]}""")).isLessThan(100);
        assertThat(tokens(Operation.RESPONSES, """
                {"input":[{"role":"user","content":[{"type":"input_image","image_url":"x","detail":"low"}]}]}""")).isLessThan(100);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"cache_control\":{\"type\":\"ephemeral\"}}",
                "{\"system\":[{\"type\":\"text\",\"text\":\"a\",\"cache_control\":{\"type\":\"ephemeral\"}}]}",
                "{\"tools\":[{\"name\":\"n\",\"input_schema\":{},\"cache_control\":{\"type\":\"ephemeral\"}}]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\",\"cache_control\":{}}]}]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image\",\"source\":{},\"cache_control\":{}}]}]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\",\"cach\\u0065_control\":{}}]}]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"content\":[{\"type\":\"text\",\"cache_control\":{}}]}]}]}",
            })
    void cacheMarkerIsDetected(String body) throws MalformedBody {
        assertThat(chat(Operation.MESSAGES, body).marksCache()).isTrue();
        assertThat(chat(Operation.RESPONSES, body).marksCache()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"messages\":[{\"role\":\"user\",\"content\":\"\\\"cache_control\\\":{}\"}]}",
                "{\"cache_control\":null}",
                "{\"metadata\":{\"cache_control\":{}}}",
                "{\"tools\":[{\"name\":\"n\",\"input_schema\":{\"properties\":{\"cache_control\":{}}}}]}",
                "{\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"input\":{\"cache_control\":{}}}]}]}",
            })
    void cacheKeyInOtherPlaceIsIgnored(String body) throws MalformedBody {
        assertThat(chat(Operation.MESSAGES, body).marksCache()).isFalse();
    }

    @Test
    void batchPromptsHaveSeparateEstimates() throws MalformedBody {
        byte[] body = ("{\"requests\":[{\"params\":{\"system\":\"a\"}},{\"params\":{\"cache_control\":{},\"system\":\""
                        + WORDS.repeat(50) + "\"}}]}")
                .getBytes(StandardCharsets.UTF_8);
        BodyView.Batch batch =
                (BodyView.Batch) reader.read(Operation.MESSAGE_BATCH, "application/json", body, 0, body.length);
        assertThat(batch.item(0).inputTokens()).isLessThan(20);
        assertThat(batch.item(1).inputTokens()).isGreaterThan(500);
        assertThat(batch.item(1).marksCache()).isTrue();
        assertThat(batch.item(0).marksCache()).isFalse();
        assertThat(batch.item(0).inputTokens()).isLessThan(20);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"messages\":null,\"system\":[1],\"tools\":{},\"input\":[false],\"response_format\":[],\"text\":[]}",
                "{\"messages\":[null,1,[],[[{}]],{\"content\":{\"type\":7}}],\"tools\":[null,1,\"x\",{\"function\":4},[]]}",
                "{\"input\":[{\"type\":\"document\"}],\"tools\":[{\"type\":\"\"}],\"functions\":[]}",
                "{\"messages\":[{\"type\":\"document\",\"source\":[]},{\"type\":\"image\",\"image_url\":1}]}",
            })
    void unexpectedTypesAreEstimated(String body) throws MalformedBody {
        for (Operation operation : List.of(Operation.MESSAGES, Operation.CHAT_COMPLETIONS, Operation.RESPONSES)) {
            assertThat(tokens(operation, body)).isBetween(1L, 5_000L);
        }
    }

    @Test
    void estimateOfDeepAndWidePromptsGrowsWithSize() throws MalformedBody {
        String deep = "[".repeat(60) + "{\"content\":\"" + WORDS + "\"}" + "]".repeat(60);
        String wide = "{\"content\":\"x\"},".repeat(100_000) + "{}";
        for (Operation operation : List.of(Operation.MESSAGES, Operation.CHAT_COMPLETIONS)) {
            assertThat(tokens(operation, "{\"messages\":" + deep + "}")).isBetween(10L, 200L);
            assertThat(tokens(operation, "{\"messages\":[" + wide + "]}")).isBetween(100_000L, 2_000_000L);
            assertThat(tokens(operation, "{\"tools\":[{\"input_schema\":" + deep + "}]}"))
                    .isBetween(10L, 2_000L);
        }
    }

    @Test
    void mutatedPromptsNeverThrow() {
        Random random = new Random(7);
        byte[] body = """
                {"model":"claude-opus-4-7","system":[{"type":"text","text":"Be \\u006bind \\ud83e\\udd89."}],
                 "tools":[{"name":"tide","input_schema":{"type":"object"}},{"type":"tool_search_x"}],"cache_control":{},
                 "messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","data":"d"}},{"type":"image"},
                 {"type":"tool_use","input":{"a":[1,true,null]}}]},{"role":"tool","content":"x"}]}""".getBytes(StandardCharsets.UTF_8);
        int read = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] mutated = Mutations.mutate(body, random);
            try {
                Chat chat = (Chat) reader.read(Operation.MESSAGES, "application/json", mutated, 0, mutated.length);
                assertThat(chat.inputTokens()).isBetween(1L, 20_000L);
                read++;
            } catch (MalformedBody malformed) {
                assertThat(malformed.code()).isNotEmpty();
            }
        }
        assertThat(read).isGreaterThan(500);
    }

    @Test
    void repeatedEstimateIsCachedWithoutAllocation() throws Exception {
        String text = new ObjectMapper().writeValueAsString(WORDS.repeat(2_000));
        Chat chat = chat(
                Operation.MESSAGES,
                "{\"model\":\"claude-x\",\"messages\":[{\"role\":\"user\",\"content\":" + text + "}]}");
        long first = chat.inputTokens();
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1_000; i++) {
            if (chat.inputTokens() != first) {
                throw new AssertionError("the estimate changed");
            }
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
    }
}
