package dev.stillgate.canary.text.edit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sentences of law, licences, language teaching, code, mathematics and narrative in which an exchange of forms would
 * change meaning or grammar. Each is edited to both forms at every site, so the results hold for every key.
 */
final class DomainsTest {
    /** Prose before the sentence that establishes English and has no site. */
    private static final String BEFORE =
            "Many people in our town have known all of this for years, and each of them has"
                    + " their own view of what should come of it in the end.\n\n";

    private static String edited(String sentence, int form) {
        String text = EnglishTable.edited(BEFORE + sentence, form);
        assertThat(text).startsWith(BEFORE);
        return text.substring(BEFORE.length());
    }

    /** Reverts the acceptable exchanges in these sentences. */
    private static String written(String sentence) {
        return sentence.replaceFirst("^There's", "There is")
                .replaceFirst("^I've", "I have")
                .replace("rely upon", "rely on");
    }

    @ParameterizedTest
    @DisplayName("plugins 3: sentences whose meaning or grammar depends on the form are unchanged")
    @ValueSource(
            strings = {
                "Here's a handful of rules for the road.",
                "There's three ways over the hill.",
                "If there is one, they bring it along.",
                "The proof of what is at stake came late.",
                "They pay the duty (that is, the tax).",
                "It counts as cargo, that is the owner pays for it.",
                "The mayor, who is also a doctor, came along.",
                "It is not covered by any fund.",
                "All the builder wants is some sand.",
                "He was so particularly fond of them.",
                "She has to live there, and the others need to wait.",
                "These tools, such as the saw and the plane, are old.",
                "The value of P(the lamp isn't lit) was small.",
                "All cats sleep, therefore some dogs are not cats.",
                "**Since** you're up, bring the bread in.",
                "They looked for it **but** couldn't see it.",
                "(It's a fine day for a walk.)",
                "People of one town agree on little; as, they do not eat together.",
                "The boats are ______ loud and we don't sleep.",
                "**~~They didn't saw it~~ They didn't see it.**",
                "In British English: there's the word lorry.",
                "Either party may terminate this agreement.",
                "You may now kiss the bride.",
                "The hotel has a pool, and guests may stay until noon.",
                "You may reproduce and distribute copies of the Work.",
                "In the C program above, the main function calls the parser.",
                "Historians rely on primary sources for this.",
                "The company was started with a loan from the bank.",
                "I've started to notice the change.",
                "Scientists have recently started to explore the caves.",
                "The server is started with the command below.",
                "The film is about two brothers from Ohio.",
                "We care about one another.",
                "I would hear more about one of these topics.",
                "She was worried about one thing only.",
                "Basmati is a variety of rice.",
                "There's a variety of restaurants in the old town.",
                "Honeycrisp is a variety of apple.",
                "A fair fee is set by how familiar you are with the subject.",
                "The longer the wait, the more likely it is that the train was cancelled.",
                "Think of how comfortable you are with risk.",
                "It all comes down to how much room there is for the table.",
                "Eat well no matter how busy you are during the week.",
                "English uses the present perfect for actions that began in the past.",
                "If you need help to improve your writing, ask the tutor.",
                "Many people seek help to manage the stress.",
                "She found a door which leads to the garden.",
                "They walked along a path, leading to a small waterfall.",
                "There is more information on the official website.",
                "In formal writing, use do not rather than don't.",
                "SELECT id FROM users WHERE email is not null AND age is not null;",
                "Check that the value x is not None before you go on.",
                "The limit shows that f is not continuous at 0.",
                "The contraction of it is is it's.",
                "The version that I am today is another one.",
                "Put the do not disturb sign on the door.",
                "We saw that x is not y in this case.",
                "Read main sources before you read the textbook.",
                "Walk around for a while and ask people around.",
                "You may convey covered works to others under these terms.",
                "The men have started to repair the mill.",
                "The engine had started to smoke.",
                "He has just started with the harvest.",
                "The trip was started by the elders.",
                "How sure you are of the date matters little.",
                "It depends on how much more there is to say.",
                "The fitter and happier you are in the summer, the better.",
                "Nobody knows how old it is by now.",
                "The primary method takes no argument, and the main method calls it.",
                "The main use of the barn is storage.",
                "Use it is rather than it's in a letter.",
                "The contraction don't has an apostrophe.",
                "A verb is negated in the past. Did not becomes didn't.",
                "The adverb usually goes before the verb.",
                "The word like has two uses.",
                "The preposition toward has no s there.",
                "The word because joins two parts, and since means because.",
                "The word essential is overused.",
                "The tenant shall pay the rent, and it is due on the first.",
                "Where the licensee has paid, the fee is not due again.",
                "Congress shall make no law of the kind. They are not to be quartered.",
                "Thou shalt go, for it is late.",
                "The law allows people to fish here.",
                "The visa allows you to stay for a month.",
                "The rules allow players to pass the ball twice.",
                "SELECT name FROM towns WHERE it is not small AND do not stop",
                "If the value y is not found, do not stop.",
                "The set n < 4 is not large enough, and it is not empty.",
                "The sum a + b is not 7.",
                "Call it when the result is not none.",
                "The value is not 4.",
                "They called it *do not know* for years.",
                "**Here is the thing**: all is well.",
                "- _It's a small town_ is a film of that year.",
                "- Don't Look Back was sung by them.",
                "Don't people often say so?",
                "Doesn't the river freeze in March?",
                "Can't the others come along?",
                "I'd really wanted to see the town.",
                "We have used cars, and they have written permission.",
                "The studies show that works of art sell well.",
                "A report shows that use of salt has grown.",
                "It was the only book that had survived.",
                "Zinc is an essential element in the food.",
                "The trial found a significant effect of the drug.",
                "What's up with the weather these days?",
                "Love them with all your heart and mind.",
                "The more you eat, all the sooner you sleep.",
                "This road leads to more hills.",
                "Here's to the bride and the groom.",
                "It looks like many of you have moved to the left.",
                "Many people like you have seen it before.",
                "They found the bridge as necessary to the town.",
                "The steps suggested themselves as necessary, and the town took them.",
                "Add water as needed to cover the beans.",
                "The mayor said that he should not go.",
                "He keeps any and all of the papers of the house.",
                "With all the gentleness of his manner, he was firm.",
                "The price is not distinct from the cost.",
                "This often leads to better results than the other way.",
                "The result came late and may lead to serious problems.",
                "It is by the work of many that we live.",
                "The kernel is a major essential component of it.",
                "They may not rely on sunlight alone.",
                "Here are both, in the order that you asked for.",
                "That's when the bus came.",
                "But that's ok, as the others were late.",
                "They have functions such as wrapping around the nerves.",
                "People eat a wide variety of foods there.",
                "Don't ask.",
                "**Claim.** There is no smallest one of them.",
                "They were all about the dishes, and they're good at it.",
                "The terms of this License are long. It is not for the others.",
                "You may not sell it under this Agreement. They are the owners.",
                "The owner, whilst he was here, said that it is a good house.",
                "The theorem holds. If it is false, they are lost.",
                "Some jurisdictions allow you to take the cost out of the rent.",
                "It was heard in court, which allows you to appeal.",
                "And it's reached the end of the road.",
                "Few think that she or we would do better.",
                "My wife and I would like to come.",
                "She and they will come along.",
                "Most like the line by Harry Truman: it's a poor day for you.",
                "If you try, you get ReferenceError: Cannot access the value.",
                "The saying is attributed to a king: it's a poor day for you.",
                "They come in sets, such as 3 pairs.",
                "Towns use a calendar, such as the old one.",
                "It depends on the model.",
                "They see it as some kind of help.",
                "Ask yourself what kind of tired you feel.",
                "They know that it can't hurt.",
                "The king is here, or doesn't know the way."
            })
    void sentenceThatDependsOnTheFormIsUnchanged(String sentence) {
        List<String> both = List.of(edited(sentence, 0), edited(sentence, 1));
        both.forEach(text -> assertThat(written(text)).isEqualTo(written(sentence)));
    }

    @ParameterizedTest
    @DisplayName("plugins 3: sentences in which both forms mean the same are still edited")
    @CsvSource(
            delimiter = '|',
            value = {
                "You can go home if you are tired.|You can go home if you're tired.",
                "Poor sleep can lead to serious problems.|Poor sleep can result in serious problems.",
                "A brace can help to reduce the strain.|A brace can help reduce the strain.",
                "The paper is known for its long reports.|The paper is noted for its long reports.",
                "The shop sells for a variety of reasons.|The shop sells for various reasons.",
                "The town is famous for its bridges.|The town is renowned for its bridges.",
                "We do not see them often.|We don't see them often.",
                "The bridge is not safe at night.|The bridge isn't safe at night.",
                "Some say it is important to the town.|Some say it's important to the town."
            })
    void sentenceWithEquivalentFormsIsEdited(String form0, String form1) {
        assertThat(edited(form0, 1)).isEqualTo(form1);
        assertThat(edited(form1, 0)).isEqualTo(form0);
    }

    @ParameterizedTest
    @DisplayName("plugins 3: the forms of a class in one sentence change together")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "They do not sing, and they do not dance.|They don't sing, and they don't dance.",
                "If it is dry, it is safe, but it is cold.|If it's dry, it's safe, but it's cold.",
                "The door isn't open, and the gate isn't shut.|The door is not open, and the gate is not shut.",
            })
    void parallelFormsChangeTogether(String before, String after) {
        assertThat(EnglishTable.edited(BEFORE + before, before.contains("'") ? 0 : 1))
                .isEqualTo(BEFORE + after);
    }

    @ParameterizedTest
    @DisplayName("marks: sentences and items of a list that begin alike change together and have one site")
    @ValueSource(
            strings = {
                "It is cold here. It is dark.",
                "- Do not soak it.\n- Do not freeze it.\n- Do not lend it.",
                "It is true that they do not sing. It is late, and they do not dance."
            })
    void parallelBeginningsChangeTogether(String sentences) {
        String changed = sentences.replace("It is", "It's").replace("o not", "on't");
        assertThat(edited(sentences, 1)).isEqualTo(changed);
        assertThat(edited(changed, 0)).isEqualTo(sentences);
        int[] sites = {0};
        EnglishTable.edited(BEFORE + sentences, FormChooser.READER, (cls, bucket, found, written, at) -> sites[0]++);
        assertThat(sites[0]).isEqualTo(sentences.contains("sing") ? 3 : 1);
    }

    @Test
    @DisplayName("marks: a contraction that may be of has is kept, and written")
    void contractionBeforeAParticipleIsOnlyWritten() {
        assertThat(edited("They say it is reached by boat.", 1)).isEqualTo("They say it's reached by boat.");
        assertThat(edited("They say it's reached by boat.", 0)).isEqualTo("They say it's reached by boat.");
    }

    @Test
    @DisplayName("marks: speech without quotation marks is unchanged in a text that reports speech")
    void reportedSpeechIsUnchanged() {
        String report =
                BEFORE + "We won, said the coach. He said more. The mayor said the same. The town was there.\n\n"
                        + "The next game is in June. You don't have to be good, says Nell.\n\n";
        assertThat(EnglishTable.edited(report, 0)).isEqualTo(report);
    }

    @Test
    @DisplayName("plugins 3: items of a list that recite a law are unchanged")
    void listOfRulesIsUnchanged() {
        String list = BEFORE
                + "1. You shall not steal, for it is not yours.\n"
                + "2. You shall not lie. It is not good, and they are not deaf.\n"
                + "3. The buyer shall pay when it is due, and it is not refunded.\n";
        assertThat(EnglishTable.edited(list, 0)).isEqualTo(list);
        assertThat(EnglishTable.edited(list, 1)).isEqualTo(list);
    }

    @Test
    @DisplayName("plugins 3: after a heading about words the first item of a list is unchanged")
    void listOfContractionsIsUnchanged() {
        String list = BEFORE + "Contractions of the verb:\n- Do not becomes don't.\n";
        assertThat(EnglishTable.edited(list, 0)).isEqualTo(list);
        assertThat(EnglishTable.edited(list, 1)).isEqualTo(list);
    }

    @Test
    @DisplayName("plugins 3: a quotation of several paragraphs stays a quotation")
    void quotationOfSeveralParagraphsIsUnchanged() {
        for (String quotes : List.of("“”", "\"\"")) {
            String text =
                    BEFORE + "The witness said: " + quotes.charAt(0) + "It is late and they do not see us at all.\n\n"
                            + "It is not far from here, and you do not have to come with us.\n\n"
                            + "We do not know the way" + quotes.charAt(1) + ", and that was the end of it.\n\n";
            String after = "We do not know more of this than the others in the town did.";
            String contracted = quotes.equals("“”") ? "don’t" : "don't";
            assertThat(EnglishTable.edited(text + after, 1)).isEqualTo(text + after.replace("do not", contracted));
        }
    }

    @Test
    @DisplayName("plugins 3: after a quotation mark that was never closed, prose begins with the next closing mark")
    void strayQuotationMarkEndsWithTheNextQuotation() {
        String stray = BEFORE + "The witness said: “It is late and they do not see us at all.\n\n";
        String quoted = "Then they called it “good enough”, as everyone had thought they would.\n\n";
        String after = "We do not know more of this than the others in the town did.";
        assertThat(EnglishTable.edited(stray + quoted + after, 1))
                .isEqualTo(stray + quoted + after.replace("do not", "don’t"));
    }
}
