package dev.stillgate.canary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.text.edit.EnglishTable;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Provider;
import dev.stillgate.testkit.Conversation;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** System prompts of agents, which name models, files and formats, and system prompts that ask for fixed wording. */
final class AgentPromptsTest {
    private static final ExemptionRules RULES = new ExemptionRules(EnglishTable.english());

    private static final List<String> AGENTS = List.of("""
            You are a coding agent in a terminal. The model is Claude Sonnet 4.5; helpers run on Haiku (claude-haiku-4-5).
            Follow our usage policy and refuse malicious requests. Never paste text under a license that forbids it.
            Keep the answer under 4 lines. Do not add comments unless asked. Use the exact file path in quotes.
            Replace old_string by new_string; old_string must be an exact match. Translate the user's wish into tasks.
            Run the tests, fix grammar errors of messages if you see them, and write a commit message for each change.
            """, """
            You work in a sandbox with a shell. Edit files with apply_patch, a patch format much like a unified diff.
            Escape quotes and other special characters. Lines are at most 120 characters. Read AGENTS.md first, then
            package.json and any YAML or TOML. Reply with plain text; the harness renders Markdown. Do not quote files
            that were just written, name the path only. Plans are JSON with at most 7 words a step.
            Approval policy: on-request. Copyright notices and license headers stay out unless they are asked for.
            """, """
            You help with software tasks. Core mandates: respect conventions, verify each library, explain little.
            New applications: propose a plan, build a prototype, use placeholders such as CSS shapes or a poem in place
            of text that is missing. Tool output may be redacted. Answer in fewer than 3 lines of text and no chitchat.
            Never print an API key. The settings are in settings.json; the terms of service hold.
            """, """
            You are an open-source agent. Settings live in opencode.json and in opencode.jsonc, schemas in JSON.
            Answer concisely, with fewer than 4 lines. One word answers are best. Avoid preamble and postamble.
            The user speaks in English, French or German. Models: sonnet, opus, gpt. Search and replace over many files
            is a task for the shell. Do not change what you have not read.
            """, """
            You are an airline agent. Follow the policy below. The cancellation policy allows refunds within 24 hours.
            Each contract of carriage has a clause on baggage. Insurance is $30 a passenger. Passengers pass a safety
            check. Quote prices in dollars. Transfer to a person if the request is out of scope.
            """);

    private static @Nullable Exemption of(String system, String user) {
        BodyView.Chat chat = (BodyView.Chat) Conversation.of(user).system(system);
        return RULES.of(Provider.ANTHROPIC, chat);
    }

    @Test
    void systemPromptsOfAgentsDoNotExempt() {
        for (String agent : AGENTS) {
            assertThat(of(agent, "Why does the build fail?")).as(agent).isNull();
            assertThat(of(agent, "Is Haiku fast enough, and where does opencode.json go?"))
                    .as(agent)
                    .isNull();
            assertThat(of(agent, "Write a poem about the build.")).as(agent).isEqualTo(Exemption.WORDING);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "You are a translator. Translate everything into English.",
                "Translate each message into German.",
                "Übersetze jede Nachricht.",
                "把用户的话翻译成英文",
                "You answer in verse.",
                "You are a poet.",
                "Write a haiku for each word that the user sends.",
                "You write poems for birthday cards.",
                "Recite the text that the user names.",
                "Repeat the message of the user verbatim.",
                "Quote the statute verbatim, then stop.",
                "Return the sentences word for word.",
                "You proofread letters.",
                "Correct the user's grammar.",
                "Give each edit on a line: old -> new",
                "Use SEARCH/REPLACE blocks for edits.",
            })
    void requestsForFixedWordingInSystemPromptsExempt(String system) {
        assertThat(of(system, "The old mill is not open.")).isEqualTo(Exemption.WORDING);
    }
}
