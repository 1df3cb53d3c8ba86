package dev.stillgate.proxy.dialect;

import static dev.stillgate.proxy.dialect.Prompts.parts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView.Chat;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields of prompts in each dialect. */
class ChatFieldsTest {
    private final RequestReader reader = new RequestReader();

    private Chat chat(Operation operation, String json) throws MalformedBody {
        return Prompts.chat(reader, operation, json);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', nullValues = "none", textBlock = """
                    MESSAGES,         `{"metadata":{"user_id":"a"},"messages":[]}`,            a
                    MESSAGES,         `{"metadata":"a","messages":[]}`,                        none
                    CHAT_COMPLETIONS, `{"user":"a","prompt_cache_key":"b","messages":[]}`,     a
                    CHAT_COMPLETIONS, `{"user":7,"messages":[]}`,                              none
                    RESPONSES,        `{"user":"a","safety_identifier":"b","input":""}`,       b
                    RESPONSES,        `{"prompt_cache_key":"b","input":""}`,                   b
                    """)
    void personIsTheFirstIdOfThePrompt(Operation operation, String json, String person) throws MalformedBody {
        assertThat(chat(operation, json).person()).isEqualTo(person);
    }

    @Test
    void messagesPromptIsRead() throws MalformedBody {
        Chat chat = chat(Operation.MESSAGES, """
                {"model":"claude-x","max_tokens":1024,"stream":true,"temperature":0.25,"top_p":0.9,
                 "thinking":{"type":"enabled","budget_tokens":2000},
                 "output_config":{"format":{"type":"json_schema","schema":{}}},
                 "system":[{"type":"text","text":"Be brief."},{"type":"text","text":"Be \\u006bind."}],
                 "tools":[{"name":"tide","input_schema":{}},{"type":"web_search_20250305","name":"web_search"}],
                 "messages":[
                  {"role":"user","content":"Hello \\"there\\"\\n\\ud83e\\udd89"},
                  {"role":"assistant","content":[
                    {"type":"thinking","thinking":"hm","signature":"c2ln"},
                    {"type":"redacted_thinking","data":"eHg="},
                    {"type":"text","text":"Looking."},
                    {"type":"tool_use","id":"toolu_1","name":"tide","input":{"at": "Wick"}}]},
                  {"role":"user","content":[
                    {"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"high"},{"type":"image","source":{}}]},
                    {"type":"tool_result","tool_use_id":"toolu_2","content":"low","is_error":true},
                    {"type":"image","source":{"type":"base64","data":"AAAA"}},
                    {"type":"document","title":"T","source":{"type":"text","media_type":"text/plain","data":"doc"}},
                    {"type":"document","source":{"type":"content","content":[{"type":"text","text":"inner"}]}},
                    {"type":"document","source":{"type":"base64","data":"AAAA"}},
                    {"type":"search_result","source":"s","title":"found","content":[{"type":"text","text":"it"}]},
                    {"type":"novelty","text":"new"}]}]}""");
        assertThat(chat.provider()).isEqualTo(Provider.ANTHROPIC);
        assertThat(chat.model()).isEqualTo("claude-x");
        assertThat(chat.stream()).isTrue();
        assertThat(chat.streamUsage()).isTrue();
        assertThat(chat.maxTokens()).isEqualTo(1024);
        assertThat(chat.choices()).isEqualTo(1);
        assertThat(chat.logprobs()).isFalse();
        assertThat(chat.structuredOutput()).isTrue();
        assertThat(chat.thinking()).isTrue();
        assertThat(chat.background()).isFalse();
        assertThat(chat.temperature()).isEqualTo(0.25);
        assertThat(chat.topP()).isEqualTo(0.9);
        assertThat(chat.previousResponse()).isNull();
        assertThat(chat.system()).hasToString("Be brief.\nBe kind.");
        assertThat(chat.toolNames()).containsExactly("tide", "web_search");
        assertThat(chat.messageCount()).isEqualTo(3);
        assertThat(parts(chat))
                .containsExactly(
                        "0 user TEXT null Hello \"there\"\n\ud83e\udd89",
                        "1 assistant THINKING null hm",
                        "1 assistant SIGNATURE null c2ln",
                        "1 assistant SIGNATURE null eHg=",
                        "1 assistant TEXT null Looking.",
                        "1 assistant TOOL_CALL toolu_1 {\"at\": \"Wick\"}",
                        "2 user TOOL_RESULT toolu_1 high",
                        "2 user MEDIA toolu_1 ",
                        "2 user TOOL_RESULT toolu_2 low",
                        "2 user MEDIA null ",
                        "2 user TEXT null T",
                        "2 user TEXT null doc",
                        "2 user TEXT null inner",
                        "2 user MEDIA null ",
                        "2 user TEXT null found",
                        "2 user TEXT null it",
                        "2 user OTHER null new");
    }

    @Test
    void completionsPromptIsRead() throws MalformedBody {
        Chat chat = chat(Operation.CHAT_COMPLETIONS, """
                {"model":"gpt-x","max_completion_tokens":77,"max_tokens":5,"n":3,"stream":true,
                 "stream_options":{"include_usage":true},"logprobs":true,"reasoning_effort":"high",
                 "response_format":{"type":"json_object"},
                 "tools":[{"type":"function","function":{"name":"f"}},{"type":"custom","custom":{"name":"c"}}],
                 "functions":[{"name":"old"}],
                 "messages":[
                  {"role":"system","content":"Sys"},
                  {"role":"developer","content":[{"type":"text","text":"Dev"}]},
                  {"role":"user","content":[{"type":"text","text":"hi"},{"type":"image_url","image_url":{"url":"data:"}},
                     {"type":"input_audio","input_audio":{}},{"type":"file","file":{}}]},
                  {"role":"assistant","content":null,"refusal":"No.","tool_calls":[
                     {"id":"call_1","type":"function","function":{"name":"f","arguments":"{\\"a\\":1}"}},
                     {"id":"call_2","type":"custom","custom":{"name":"c","input":"free"}}],
                     "function_call":{"name":"old","arguments":"{}"},"audio":{"id":"audio_1"}},
                  {"role":"tool","tool_call_id":"call_1","content":"done"},
                  {"role":"function","name":"old","content":"older"}]}""");
        assertThat(chat.provider()).isEqualTo(Provider.OPENAI);
        assertThat(chat.maxTokens()).isEqualTo(77);
        assertThat(chat.choices()).isEqualTo(3);
        assertThat(chat.streamUsage()).isTrue();
        assertThat(chat.logprobs()).isTrue();
        assertThat(chat.thinking()).isTrue();
        assertThat(chat.structuredOutput()).isTrue();
        assertThat(chat.system()).hasToString("Sys\nDev");
        assertThat(chat.toolNames()).containsExactly("f", "c", "old");
        assertThat(parts(chat))
                .containsExactly(
                        "0 system TEXT null Sys",
                        "1 developer TEXT null Dev",
                        "2 user TEXT null hi",
                        "2 user MEDIA null ",
                        "2 user MEDIA null ",
                        "2 user MEDIA null ",
                        "3 assistant TEXT null No.",
                        "3 assistant TOOL_CALL call_1 {\"a\":1}",
                        "3 assistant TOOL_CALL call_2 free",
                        "3 assistant TOOL_CALL null {}",
                        "3 assistant MEDIA audio_1 ",
                        "4 tool TOOL_RESULT call_1 done",
                        "5 tool TOOL_RESULT null older");
    }

    @Test
    void responsesPromptIsRead() throws MalformedBody {
        Chat chat = chat(Operation.RESPONSES, """
                {"model":"gpt-y","max_output_tokens":9,"background":true,"generate":false,"previous_response_id":"resp_1",
                 "instructions":"Ins","top_logprobs":2,"text":{"format":{"type":"json_schema"}},"reasoning":{"effort":"low"},
                 "tools":[{"type":"function","name":"g"},{"type":"web_search"}],
                 "input":[
                  {"role":"developer","content":"Dev"},
                  {"type":"message","id":"msg_1","role":"user","content":[{"type":"input_text","text":"in"},{"type":"input_image"},{"type":"input_file"}]},
                  {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"sum"}],"content":[{"type":"reasoning_text","text":"raw"}],"encrypted_content":"ZW5j"},
                  {"type":"function_call","id":"fc_1","call_id":"call_1","name":"g","arguments":"{}"},
                  {"type":"function_call_output","call_id":"call_1","output":"out"},
                  {"type":"function_call_output","call_id":"call_2","output":[{"type":"input_text","text":"part"}]},
                  {"type":"custom_tool_call","call_id":"call_3","input":"free"},
                  {"type":"custom_tool_call_output","call_id":"call_3","output":"freed"},
                  {"type":"computer_call","call_id":"call_4","action":{"type":"click"}},
                  {"type":"computer_call_output","call_id":"call_4","output":{"type":"computer_screenshot","image_url":"x"}},
                  {"type":"code_interpreter_call","id":"ci_1","code":"1+1"},
                  {"type":"mcp_call","id":"mcp_1","arguments":"{\\"q\\":1}","output":"res"},
                  {"type":"web_search_call","id":"ws_1","action":{"type":"search"}},
                  {"type":"image_generation_call","id":"ig_1","result":"AAAA"},
                  {"type":"message","id":"msg_2","role":"assistant","content":[{"type":"output_text","text":"ok"},{"type":"refusal","refusal":"no"}]},
                  {"type":"item_reference","id":"msg_9"},
                  {"type":"shell_call_output","call_id":"call_5","output":{"stdout":"x"}}]}""");
        assertThat(chat.maxTokens()).isEqualTo(9);
        assertThat(chat.background()).isTrue();
        assertThat(chat.generates()).isFalse();
        assertThat(chat.previousResponse()).isEqualTo("resp_1");
        assertThat(chat.logprobs()).isTrue();
        assertThat(chat.structuredOutput()).isTrue();
        assertThat(chat.thinking()).isTrue();
        assertThat(chat.system()).hasToString("Ins\nDev");
        assertThat(chat.toolNames()).containsExactly("g", "web_search");
        assertThat(chat.messageCount()).isEqualTo(17);
        assertThat(parts(chat))
                .containsExactly(
                        "0 developer TEXT null Dev",
                        "1 user TEXT msg_1 in",
                        "1 user MEDIA msg_1 ",
                        "1 user MEDIA msg_1 ",
                        "2 assistant THINKING rs_1 sum",
                        "2 assistant THINKING rs_1 raw",
                        "2 assistant SIGNATURE rs_1 ZW5j",
                        "3 assistant TOOL_CALL call_1 {}",
                        "4 tool TOOL_RESULT call_1 out",
                        "5 tool TOOL_RESULT call_2 part",
                        "6 assistant TOOL_CALL call_3 free",
                        "7 tool TOOL_RESULT call_3 freed",
                        "8 assistant TOOL_CALL call_4 {\"type\":\"click\"}",
                        "9 tool MEDIA call_4 ",
                        "10 assistant TOOL_CALL ci_1 1+1",
                        "11 assistant TOOL_CALL mcp_1 {\"q\":1}",
                        "11 assistant TOOL_RESULT mcp_1 res",
                        "12 assistant TOOL_CALL ws_1 {\"type\":\"search\"}",
                        "13 assistant MEDIA ig_1 ",
                        "14 assistant TEXT msg_2 ok",
                        "14 assistant TEXT msg_2 no",
                        "15 user OTHER msg_9 ",
                        "16 tool TOOL_RESULT call_5 {\"stdout\":\"x\"}");
    }

    @Test
    void responsesPromptWithStringInputIsRead() throws MalformedBody {
        Chat chat = chat(Operation.RESPONSES, """
                {"input":"just this","include":["message.output_text.logprobs"],"reasoning":{"effort":"none"}}""");
        assertThat(chat.messageCount()).isEqualTo(1);
        assertThat(parts(chat)).containsExactly("0 user TEXT null just this");
        assertThat(chat.logprobs()).isTrue();
        assertThat(chat.thinking()).isFalse();
        assertThat(chat.system()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"MESSAGES", "CHAT_COMPLETIONS", "RESPONSES"})
    void absentFieldsReadAsAbsent(Operation operation) throws MalformedBody {
        Chat chat = chat(operation, "{}");
        assertAbsent(chat);
        assertThat(chat.choices()).isEqualTo(1);
        assertThat(chat.bytes()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "MESSAGES|null",
                "CHAT_COMPLETIONS|null",
                "RESPONSES|null",
                "MESSAGES|7",
                "CHAT_COMPLETIONS|{}",
                "RESPONSES|[[[1]],{},null]",
                "CHAT_COMPLETIONS|[7]"
            })
    void fieldsOfWrongTypeReadAsAbsent(Operation operation, String wrong) throws MalformedBody {
        StringBuilder json = new StringBuilder("{\"last\":0");
        String fields =
                "tools functions response_format text output_config thinking reasoning reasoning_effort include "
                        + "stream_options";
        if (wrong.equals("null")) {
            fields += " model stream temperature top_p max_tokens max_completion_tokens max_output_tokens n logprobs "
                    + "top_logprobs system instructions messages background generate previous_response_id input";
        }
        for (String field : fields.split(" ")) {
            json.append(",\"").append(field).append("\":").append(wrong);
        }
        Chat chat = chat(operation, json + "}");
        chat.parts((message, role, kind, id, text) -> true);
        assertAbsent(chat);
    }

    private static void assertAbsent(Chat chat) {
        assertThat(chat.model()).isNull();
        assertThat(chat.stream()).isFalse();
        assertThat(chat.maxTokens()).isEqualTo(Chat.ABSENT);
        assertThat(chat.logprobs()).isFalse();
        assertThat(chat.structuredOutput()).isFalse();
        assertThat(chat.thinking()).isFalse();
        assertThat(chat.background()).isFalse();
        assertThat(chat.generates()).isTrue();
        assertThat(chat.temperature()).isNaN();
        assertThat(chat.topP()).isNaN();
        assertThat(chat.previousResponse()).isNull();
        assertThat(chat.system()).isNull();
        assertThat(chat.toolNames()).isEmpty();
        assertThat(chat.messageCount()).isZero();
        assertThat(parts(chat)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "100, 100",
        "100.0, 100",
        "0.000000000000000000000, 0",
        "-1, -1",
        "9007199254740992, 9007199254740992"
    })
    void wholeNumbersAreRead(String number, long expected) throws MalformedBody {
        assertThat(chat(Operation.MESSAGES, "{\"max_tokens\":" + number + "}").maxTokens())
                .isEqualTo(expected);
        assertThat(chat(Operation.CHAT_COMPLETIONS, "{\"n\":" + number + "}").choices())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.7",
                "1",
                "0.1",
                "0.30000000000000004",
                "1e-3",
                "123456.789",
                "0.000001",
                "-0.5",
                "3.14159265358979"
            })
    void decimalsAgreeWithJdk(String number) throws MalformedBody {
        assertThat(chat(Operation.MESSAGES, "{\"temperature\":" + number + "}").temperature())
                .isEqualTo(Double.parseDouble(number));
    }

    @Test
    void visitorCanStop() throws MalformedBody {
        Chat chat = chat(Operation.MESSAGES, """
                {"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
                             {"role":"user","content":"c"}]}""");
        List<String> seen = new ArrayList<>();
        chat.parts((message, role, kind, id, text) -> {
            seen.add(text.toString());
            return seen.size() < 2;
        });
        assertThat(seen).containsExactly("a", "b");
    }
}
