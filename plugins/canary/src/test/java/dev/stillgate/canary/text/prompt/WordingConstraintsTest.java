package dev.stillgate.canary.text.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.text.prompt.WordingConstraints.Kind;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WordingConstraintsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "VERSE|Write a poem about the sea.",
                "VERSE|Please compose a short song for my mother",
                "VERSE|A haiku, please!",
                "VERSE|Make an acrostic of my name.",
                "VERSE|Schreib mir ein Gedicht über den Herbst.",
                "VERSE|Écris un poème sur la mer",
                "VERSE|写一首诗",
                "LENGTH|Describe the sea in exactly 100 words.",
                "LENGTH|Keep it under 280 characters.",
                "LENGTH|Answer with one word.",
                "LENGTH|Erkläre das in 50 Wörtern.",
                "CORRECTION|Proofread this letter for me",
                "CORRECTION|Correct the grammar: he go home.",
                "CORRECTION|Fix my sentence: me likes it",
                "CORRECTION|Write it without contractions.",
                "CORRECTION|Bitte korrigiere meinen Text.",
                "TRANSLATION|Translate this into German: good morning",
                "TRANSLATION|Übersetze den Satz.",
                "TRANSLATION|Traduis cette phrase.",
                "TRANSLATION|把这句话翻译成英文",
                "VERBATIM|Repeat after me: it is late.",
                "VERBATIM|Quote the first paragraph verbatim.",
                "VERBATIM|Copy the text exactly.",
                "WORDS|Do not use the word very.",
                "WORDS|Every sentence must start with the same letter",
                "WORDS|Give me synonyms for big",
                "STYLE|Explain gravity in the style of Hemingway.",
                "STYLE|Talk like a pirate from now on.",
                "FORMAT|Return only JSON.",
                "FORMAT|Respond only with the number.",
            })
    void constraintIsRecognized(Kind kind, String message) {
        assertThat(WordingConstraints.of(message)).isEqualTo(kind);
    }

    @ParameterizedTest
    @DisplayName("plugins 3: recitals, contracts, licences, language lessons and doses are recognized")
    @CsvSource(
            delimiter = '|',
            value = {
                "VERBATIM|Recite the Gettysburg address",
                "VERBATIM|Quote Article 5 of the Geneva convention",
                "VERBATIM|What is the text of the second amendment?",
                "VERBATIM|What does the second amendment say?",
                "VERBATIM|Give me the first paragraph of the Declaration of Independence",
                "LAW|Draft a lease agreement",
                "LAW|Write terms and conditions",
                "LAW|Write terms & conditions for my shop",
                "LAW|Draft a privacy policy.",
                "LAW|Which licence lets me sell it?",
                "LAW|Check this contract.",
                "MEDICINE|Write a medication guide",
                "MEDICINE|What is the usual dosage of it?",
                "VERBATIM|The exact wording, please.",
                "CORRECTION|Explain when to use do not and don't",
                "CORRECTION|Explain when to use do not and don’t",
                "CORRECTION|Teach me the difference between may and might",
                "CORRECTION|Help me with my grammar.",
            })
    void recitalsLawLessonsAndDosesAreRecognized(Kind kind, String message) {
        assertThat(WordingConstraints.of(message)).isEqualTo(kind);
    }

    @Test
    @DisplayName("plugins 3: a conversation is read up to a limit, and counts as constrained beyond it")
    void conversationBeyondTheLimitCountsAsConstrained() {
        WordingConstraints.Conversation conversation = new WordingConstraints.Conversation();
        String filler = "all work and no play ".repeat(WordingConstraints.MAX_CHARS);
        for (int i = 0; i < WordingConstraints.MAX_CONVERSATION_CHARS / WordingConstraints.MAX_CHARS; i++) {
            assertThat(conversation.read(filler)).isNull();
        }
        assertThat(conversation.read("")).isNull();
        assertThat(conversation.read("And then?")).isEqualTo(Kind.UNREAD);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "How do I bake bread?",
                "Explain how a heat pump works and when it pays.",
                "What should I see in Lisbon in three days?",
                "My landlord will not repair the heating. What can I do?",
                "Compare the two plans for a family of four.",
                "What is the difference between weather and climate?",
                "Think of it in terms of cost.",
                "",
            })
    void ordinaryQuestionHasNoConstraint(String message) {
        assertThat(WordingConstraints.of(message)).isNull();
    }

    @Test
    void beginningAndEndOfALongMessageAreRead() {
        String filler = "all work and no play ".repeat(10_000);
        assertThat(WordingConstraints.of("Write a poem. " + filler)).isEqualTo(Kind.VERSE);
        assertThat(WordingConstraints.of(filler + "Write a poem.")).isEqualTo(Kind.VERSE);
        assertThat(WordingConstraints.of(filler)).isNull();
    }
}
