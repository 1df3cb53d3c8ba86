package dev.stillgate.canary.text.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Prompts that ask for text as it stands or in a given style, and ordinary prompts with similar words. */
final class FixedWordingTest {
    private static final String FIXED = """
            Extract the text from this image.
            OCR this page
            Please run OCR on the scan and give me the result.
            Convert this PDF page to Markdown.
            Convert the attached scan into plain text.
            Type up the handwriting in this photo.
            What is the text in this screenshot?
            Extract the sentences that mention the deadline.
            Extract all of the key sentences from the report below.
            Extract every passage about pricing from this contract.
            Pull out the sentences that support the claim.
            Highlight the key sentences, copying them as they are.
            List the sentences of the article that mention dates.
            Find the passage in the context that supports the answer and return it.
            Find the sentence in which the author states the aim.
            Which sentence of the text answers the question?
            Return the span of the context that contains the answer.
            Answer with text from the passage.
            Use only sentences from the original.
            Redact all personal names in the following letter.
            Return a redacted version of this email.
            Anonymize the following case report.
            Anonymise this interview for me, please.
            Pseudonymize the names in this letter and keep the rest.
            Replace all names in the letter with initials.
            Mask all phone numbers and names in this message.
            Apply the requested change to this file and output the whole file.
            Apply these edits to the document below.
            Return the complete file with the fix.
            Give me the entire file with the new function.
            Output the updated file.
            Rename the heading and return the full document.
            Fix the bug and leave the rest of the page as it is.
            Repeat your last answer.
            Repeat the previous answer, please.
            Can you repeat what you said before?
            Say that again.
            Send your last message again.
            Use a formal tone.
            Answer in formal language.
            Write for an academic journal.
            Write the abstract in an academic style.
            Follow the APA style.
            Format it according to MLA.
            Use the Chicago Manual of Style.
            Write it in AP style.
            Write the methods section of my paper.
            Write in Simplified Technical English (ASD-STE100).
            Write it in plain English for the leaflet.
            Write it at a sixth-grade reading level.
            Don't use "crucial" or "essential".
            Avoid words like additionally.
            Never say "I'm sorry".
            Write a commit message for this change.
            What error message should I show when the login fails?
            Write the UI strings for the settings page.
            Write a docstring for this function.
            Write alt text for this picture.
            Write a meta description for my bakery.
            Answer with one edit per line: old -> new
            Write search and replace blocks for the change.
            Give the edits as unified diff.
            Use SEARCH/REPLACE blocks.
            Write a witness statement about the accident.
            Write wedding vows for my brother.
            Write the safety warnings for a pressure cooker.
            The grader compares your answer by exact match.
            Write a requirement with shall for the pump.
            """;

    private static final String ORDINARY = """
            How do I make vanilla extract at home?
            What does malt extract do in bread?
            How is gold extracted from ore?
            How does a juicer get so much juice out of a carrot?
            Should I buy a house or rent one?
            How many times should I repeat the exercise each week?
            Why does history seem to repeat itself?
            How do I choose an academic advisor?
            What is it like to work in the academic world?
            What should I see in Chicago in three days?
            How do I plan a formal garden?
            Do I need formal shoes for the dinner?
            How do I keep a journal of my runs?
            Why do people keep a travel journal?
            How do I fix a leaking tap in the kitchen?
            I get an error message when I start the app, how do I fix it?
            What causes the error message on my washing machine?
            How do I find the best hiking boots?
            How do I find a good dentist in a new town?
            Which car should I buy for a family of five?
            How does a convertible roof work?
            How do I convert my attic into a bedroom?
            How do I convert miles to kilometres?
            How do I apply for a job abroad?
            How do I apply paint to a rough wall?
            What changes when a company goes public?
            How do I remove a stain from the carpet?
            How do I mask the edges before I paint the wall?
            What is the best way to remove old wallpaper?
            How do I file my taxes for the first time?
            How do I sharpen a metal file?
            How large is a file of an hour of music?
            How do I open a file that is locked by Windows?
            Predict how the housing market will develop.
            What do you think the next ten years will bring?
            Why do cats purr?
            How do I get my child to sleep through the night?
            How does a heat pump work in winter?
            What are the pros and cons of solar panels?
            How do I start to learn the guitar?
            Explain how a bill becomes a law.
            How can I improve my time management?
            What should I cook for six guests?
            Why is the sky blue?
            How do vaccines work?
            Explain how inflation affects savings.
            How do I train for a marathon?
            What is the difference in cost of gas and electric stoves?
            How do I deal with a noisy neighbour?
            Tell me about the history of the Silk Road.
            How do I set up a home network?
            Why does bread rise?
            How do I take care of a cactus?
            What makes a good leader?
            How do bees find their way home?
            Explain recursion to a beginner.
            How do I choose a laptop for college?
            What are signs of a failing battery?
            How do I write a resume for my first job?
            What did people eat in the Middle Ages?
            How can I save water in the garden?
            What happens in the body during a fast?
            Put all of your thoughts into <thinking> tags and the result into <answer> tags: should I buy a house?
            """;

    @Test
    void fixedWordingIsRecognized() {
        assertThat(FIXED.lines()).hasSizeGreaterThanOrEqualTo(60);
        assertThat(FIXED.lines().filter(prompt -> WordingConstraints.of(prompt) == null))
                .isEmpty();
    }

    @Test
    void ordinaryPromptsAreNotExempt() {
        assertThat(ORDINARY.lines()).hasSizeGreaterThanOrEqualTo(60);
        assertThat(ORDINARY.lines().filter(prompt -> WordingConstraints.of(prompt) != null))
                .isEmpty();
    }
}
