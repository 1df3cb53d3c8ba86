package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Usage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Usage estimates for responses whose provider has not reported usage. */
class ResponseEstimateTest {
    private static final String WORDS = "The boats came home before the rain and nobody asked them why. ";
    private static final String LONG = WORDS.repeat(20);
    private static final String START =
            "data: {'type':'message_start','message':{'id':'m','usage':{'input_tokens':9,'output_tokens':1}}}\n\n";
    private final UsageReader reader = new UsageReader();

    static List<Fixtures.Response> own() {
        return Fixtures.own();
    }

    private Usage read(Operation operation, boolean sse, String... pieces) {
        reader.reset(operation, sse);
        for (String piece : pieces) {
            byte[] bytes = piece.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
            reader.feed(bytes, 0, bytes.length);
        }
        return reader.usage();
    }

    private static Usage estimated(long input, long output) {
        return new Usage(Usage.Source.ESTIMATED, input, output, -1, -1, -1);
    }

    @ParameterizedTest
    @MethodSource("own")
    void estimateGrowsUntilProviderReportsUsage(Fixtures.Response answer) {
        boolean lines =
                answer.operation() == Operation.MESSAGE_BATCH_RESULTS || answer.operation() == Operation.FILE_CONTENT;
        reader.reset(answer.operation(), answer.sse());
        long estimate = -1;
        for (int p = 0; p < answer.body().length; p++) {
            reader.feed(answer.body(), p, 1);
            Usage usage = reader.usage();
            if (usage.source() == Usage.Source.ESTIMATED) {
                assertThat(lines).isFalse();
                assertThat(usage.output()).as("at %d", p).isGreaterThanOrEqualTo(estimate);
                estimate = usage.output();
            }
        }
        assertThat(reader.usage()).isEqualTo(answer.usage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MESSAGES|{'type':'content_block_delta','delta':{'type':'text_delta','text':'%s'}}",
                "MESSAGES|{'type':'content_block_delta','delta':{'type':'thinking_delta','thinking':'%s'}}",
                "MESSAGES|{'type':'content_block_delta','delta':{'type':'input_json_delta','partial_json':'%s'}}",
                "MESSAGES|{'type':'content_block_start','content_block':{'type':'text','text':'%s'}}",
                "CHAT_COMPLETIONS|{'choices':[{'delta':{'content':'%s'}}]}",
                "CHAT_COMPLETIONS|{'choices':[{'delta':{'reasoning_content':'%s'}}]}",
                "CHAT_COMPLETIONS|{'choices':[{'delta':{'refusal':'%s'}}]}",
                "CHAT_COMPLETIONS|{'choices':[{'delta':{'tool_calls':[{'function':{'arguments':'%s'}}]}}]}",
                "CHAT_COMPLETIONS|{'choices':[{},[],7,'x',{'delta':{'content':'%s'}}]}",
                "RESPONSES|{'type':'response.output_text.delta','delta':'%s'}",
                "RESPONSES|{'type':'response.reasoning_summary_text.delta','delta':'%s'}",
                "RESPONSES|{'type':'response.function_call_arguments.delta','delta':'%s'}",
            })
    void streamOutputIsCounted(Operation operation, String event) {
        Usage usage = read(operation, true, "data: " + event.replace("%s", LONG) + "\n\n");
        assertThat(usage).isEqualTo(estimated(-1, usage.output()));
        assertThat(usage.output()).isBetween(220L, 340L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MESSAGES|{'content':[{'type':'text','text':'%s'}]",
                "MESSAGES|{'content':[{'type':'thinking','thinking':'%s','signature':'abc'}]",
                "MESSAGES|{'content':[{'type':'tool_use','input':{'a':['%s']}}]",
                "CHAT_COMPLETIONS|{'choices':[{'message':{'content':'%s'}}]",
                "CHAT_COMPLETIONS|{'choices':[{'message':{'content':null,'tool_calls':[{'function':{'arguments':'%s'}}]}}]",
                "RESPONSES|{'output':[{'type':'message','content':[{'type':'output_text','text':'%s'}]}]",
                "RESPONSES|{'output':[{'type':'reasoning','summary':[{'text':'%s'}],'encrypted_content':'abc'}]",
                "RESPONSES|{'output':[{'type':'function_call','arguments':'%s'}]",
            })
    void documentOutputIsCounted(Operation operation, String document) {
        String json = document.replace("%s", LONG);
        assertThat(read(operation, false, json).output()).isBetween(220L, 340L);
        assertThat(read(operation, false, json, "}").source()).isEqualTo(Usage.Source.ESTIMATED);
        assertThat(read(operation, false, json, ",'usage':{'output_tokens':3,'completion_tokens':3}}"))
                .isEqualTo(new Usage(Usage.Source.EXACT, -1, 3, -1, -1, -1));
        assertThat(read(operation, false, json, ",'usage':{'output_tokens':3000,'completion_tokens':3000}"))
                .isEqualTo(estimated(-1, 3000));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "RESPONSES|{'type':'response.output_text.done','text':'%s'}",
                "RESPONSES|{'type':'response.content_part.done','part':{'text':'%s'}}",
                "RESPONSES|{'type':'response.output_item.done','item':{'name':'%s','content':[{'text':'%s'}]}}",
                "RESPONSES|{'type':'response.function_call_arguments.done','arguments':'%s'}",
                "RESPONSES|{'type':'response.audio.delta','delta':'%s'}",
                "RESPONSES|{'type':'response.in_progress','response':{'output':[{'content':[{'text':'%s'}]}],'instructions':'%s'}}",
                "MESSAGES|{'type':'content_block_delta','delta':{'type':'signature_delta','signature':'%s'}}",
                "MESSAGES|{'type':'content_block_start','content_block':{'type':'web_search_tool_result','content':[{'text':'%s'}]}}",
                "MESSAGES|{'type':'novelty','choices':[{'delta':{'content':'%s'}}],'input':{'delta':{'text':'%s'}}}",
                "CHAT_COMPLETIONS|{'choices':[{'delta':{'annotations':[{'content':'%s'}]},'logprobs':{'content':[{'token':'%s'}]}}]}",
                "CHAT_COMPLETIONS|{'choices':{'delta':{'content':'%s'}}}",
            })
    void repeatedAndUnrelatedTextIsNotCounted(Operation operation, String event) {
        assertThat(read(operation, true, "data: " + event.replace("%s", LONG) + "\n\n"))
                .isSameAs(Usage.NONE);
    }

    @Test
    void truncatedStreamKeepsInputAndLargerOutput() {
        String delta = "data: {'type':'content_block_delta','delta':{'text':'" + LONG + "'}}\n\n";
        assertThat(read(Operation.MESSAGES, true, START)).isEqualTo(estimated(9, 1));
        Usage cut = read(Operation.MESSAGES, true, START, delta);
        assertThat(cut).isEqualTo(estimated(9, cut.output()));
        assertThat(cut.output()).isGreaterThan(200);
        assertThat(read(Operation.MESSAGES, true, START, delta, "data: {'usage':{'output_tokens':4}}\n\n"))
                .isEqualTo(new Usage(Usage.Source.EXACT, 9, 4, -1, -1, -1));
    }

    @Test
    void textAfterUsageMakesItEstimated() {
        String usage =
                "data: {'choices':[{'delta':{'content':'one'}}],'usage':{'prompt_tokens':5,'completion_tokens':7}}\n\n";
        assertThat(read(Operation.CHAT_COMPLETIONS, true, usage).source()).isEqualTo(Usage.Source.EXACT);
        String text = "data: {'choices':[{'delta':{'content':'two'}}]}\n\n";
        assertThat(read(Operation.CHAT_COMPLETIONS, true, usage, text)).isEqualTo(estimated(5, 7));
        assertThat(read(Operation.CHAT_COMPLETIONS, true, usage, text, usage).source())
                .isEqualTo(Usage.Source.EXACT);
    }

    @Test
    void decreasingOutputDoesNotLowerUsage() {
        assertThat(read(
                        Operation.MESSAGES,
                        true,
                        START,
                        "data: {'usage':{'output_tokens':40}}\n\n",
                        "data: {'usage':{'output_tokens':3}}\n\n",
                        "data: {'usage':{'output_tokens':-50}}\n\n"))
                .isEqualTo(new Usage(Usage.Source.EXACT, 9, 40, -1, -1, -1));
        assertThat(read(Operation.MESSAGES, false, "{'usage':{'output_tokens':40,'output_tokens':3}}")
                        .output())
                .isEqualTo(3);
    }

    @Test
    void modelTextCannotForgeUsage() {
        String text = "{\\'usage\\':{\\'output_tokens\\':0}}".repeat(50);
        Usage usage = read(
                Operation.MESSAGES, true, START, "data: {'delta':{'text':'" + text + "'}}\n\n", "data: {'delta':{'");
        assertThat(usage.source()).isEqualTo(Usage.Source.ESTIMATED);
        assertThat(usage.output()).isGreaterThan(300);
    }

    @Test
    void textOfJsonLinesIsNotCounted() {
        assertThat(read(
                        Operation.MESSAGE_BATCH_RESULTS,
                        false,
                        "{'result':{'message':{'content':[{'text':'" + LONG + "'}]}}}\n"))
                .isSameAs(Usage.NONE);
    }
}
