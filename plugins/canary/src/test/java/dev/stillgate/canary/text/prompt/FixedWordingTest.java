package dev.stillgate.canary.text.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.text.edit.EnglishTable;
import org.junit.jupiter.api.Test;

/** Prompts that ask for text as it stands or in a given style, and ordinary prompts with similar words. */
final class FixedWordingTest {
    private static final WordingConstraints CONSTRAINTS = new WordingConstraints(EnglishTable.english());

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
            Explain the difference between can't and cannot.
            Is it "depends on" or "depends upon"?
            Should it be isn't or is not in a letter?
            Say when it's and when its is right.
            Compare "based on" with "based upon".
            Toward vs towards: what do readers expect?
            Which one do I take, everybody or everyone?
            Do people prefer "for example" to "for instance"?
            My editor wants "it is" instead of "it's", why?
            Give me the vows that couples use at Anglican weddings, the wedding vows.
            Answer the question, and use only sentences from the text below.
            Only use words from the article in your answer.
            Highlight the sentences about money, copying them unchanged.
            Copy the relevant lines as is.
            Put a warning label together for my new solvent.
            Write safety instructions for the band saw.
            I need a witness statement about the broken window.
            Explain how to take warfarin.
            Explain how to take metformin in the morning.
            How much ibuprofen can I take in a day?
            How many drops of iodine go into a litre of water?
            Give me the colonoscopy instructions for the day before.
            Write the teleprompter text for the mayor.
            Write a six-word memoir about the sea.
            Write a summary of max 160 chars.
            The text has to be between 150 and 155 chars.
            Give me the opening of A Tale of Two Cities, please: quote the opening.
            Answer like Yoda.
            Describe the harbour the way Hemingway would.
            Explain photosynthesis at a fourth-grade reading level.
            Use the 1,000 most common words to explain a rocket.
            Do not use the letter e.
            Make a crossword about birds.
            Make up two tongue twisters.
            Give me ten ways to say "for example".
            Find a slogan for my bike shop.
            Write a billboard for the county fair.
            What is a good title for my paper about bees?
            Write a voice menu, worded as the actor should read it.
            Write a eulogy for my grandfather.
            Write a toast for the anniversary.
            Write the scenario in Gherkin.
            Write it in EARS notation.
            Report the ANOVA in APA format.
            Put the result between <answer> tags.
            Give me a Markdown table only.
            Say yes or no and one sentence why.
            Please fill in this form letter.
            Quote the full passage about the whale.
            State the first law as he wrote it himself.
            Write a tweet about our new store.
            """;

    /** Ordinary prompts with a word that fixes the wording in others: at most 22 in 100 are exempt. */
    private static final String MENTIONS = """
            How does mRNA translation begin in the cell?
            What is a translation lookaside buffer?
            How do I translate a point along the x axis in OpenGL?
            How do smart contracts keep their state?
            What does design by contract mean for inheritance?
            How do muscles contract when we lift something?
            Explain policy gradient methods.
            How does monetary policy affect savings?
            Are insurance policies for dogs worth the money?
            How do I renew my driver's license after a move?
            Do I need a fishing license for the lake?
            What may I do with code under the MIT license?
            How do I get a cheaper car insurance quote?
            How do I quote a job as a painter?
            Which API gives me stock quotes for free?
            How do I escape quotes in Bash?
            Who is the best rap artist of the nineties?
            When should my child go to nursery school?
            Which plants should I buy at the nursery in spring?
            What is a context-free grammar?
            How does grammar-based fuzzing find bugs?
            How do I remove left recursion from a grammar?
            Which HTTP verb should an upload use?
            How do I turn on spelling in Vim?
            How do JSON web tokens work?
            How do I read a CSV with pandas?
            What are YAML anchors good for?
            What does a dose-response curve tell us?
            How large is the radiation dose on a flight to Tokyo?
            What does the proofreading activity of DNA polymerase do?
            What are terms of trade in economics?
            Should I go to a Bible college?
            Who coined the word robot?
            What came of the French constitution of 1791?
            Is Haiku a good model for quick questions?
            Should I pick Claude Sonnet or Opus for coding?
            Where does opencode.json belong?
            Why does npm change my package.json each time?
            How many characters are there in the novel?
            What makes the characters of the film so likeable?
            Which security policy should a browser apply to frames?
            How do I set a retry policy in my HTTP client?
            What is a naming convention for tables?
            How did the Treaty of Versailles affect trade?
            How does a WHERE clause use an index?
            How long does a DHCP lease last?
            What happens when labour contracts during birth?
            What are contractions in late pregnancy like?
            Why does the economy see a contraction after a boom?
            How do I split a string on commas in Python?
            Why does my script fail with a missing semicolon?
            Which vitamins work in conjunction with iron?
            Why are my shoulders so tense in the evening?
            Is the set of rational numbers countable?
            How do I sum a column over several worksheets in Excel?
            What are common mistakes in investing?
            What are common errors when you set up Docker?
            How do I formally verify a protocol?
            What does Twitter do with its old servers?
            What is the sentiment of tweets on the election about?
            How many tokens does GPT need for 2000 tokens of text?
            How do I order a transcript from my old college?
            Is Assassin's Creed a good game for a beginner?
            What does a variable declaration of type int do?
            How do I search and replace across files in my editor?
            How do regex engines avoid backtracking?
            How do I install LaTeX on a Mac?
            Is XML still a good choice for config files?
            How do push notifications reach a phone?
            How long is the warranty on a used car?
            How do I charter a boat for a week?
            How do I read a whole file into memory in Go?
            What is the fastest tool for copying files in Linux?
            Should both of us be on the lease in case we split up?
            Can the landlord end the rental agreement early?
            Is it legal to break a contract with a gym?
            How does a poem differ from prose in memory tests?
            How does a church choose its hymns for Sunday?
            What is the best way to learn vocabulary as an adult?
            Does aspirin thin the blood?
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
        assertThat(FIXED.lines().filter(prompt -> CONSTRAINTS.of(prompt) == null))
                .isEmpty();
    }

    @Test
    void ordinaryPromptsAreNotExempt() {
        assertThat(ORDINARY.lines()).hasSizeGreaterThanOrEqualTo(60);
        assertThat(ORDINARY.lines().filter(prompt -> CONSTRAINTS.of(prompt) != null))
                .isEmpty();
    }

    @Test
    void mostMentionsAreNotExempt() {
        long exempt = MENTIONS.lines()
                .filter(prompt -> CONSTRAINTS.of(prompt) != null)
                .count();
        assertThat(100 * exempt).isLessThanOrEqualTo(22 * MENTIONS.lines().count());
    }
}
