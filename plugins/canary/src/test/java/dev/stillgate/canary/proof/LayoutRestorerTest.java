package dev.stillgate.canary.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.text.table.ClassTable;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LayoutRestorerTest {
    private static final String ANSWER = """
            # Keeping bread

            It is easy to keep bread fresh for a few days. You do not need a special box for it, based on what bakers say.

            - **Paper:** It is hardly airtight, so the crust stays crisp for two days.
            - **Cloth:** It does not keep moisture in, and you will have to eat the bread soon.
            - **Tin:** It cannot let moisture out, so do not use it in the summer.

            For example, a linen bag is a good choice. In summary, it is best to buy less and to buy often.
            """;

    private static long sites(String text) throws Exception {
        ClassTable table = ClassTable.read(Path.of("../../config/canary/english.yaml"));
        SiteReader reader = new SiteReader(table, ClassSheet.of(table));
        reader.read(text);
        return reader.sites();
    }

    @Test
    void sentencesBecomeItems() {
        assertThat(LayoutRestorer.flat("## Why\n\nIt is so. Is it?  Yes: a\n1. **Do** `it`"))
                .isEqualTo("- Why\n\n- It is so.\n\n- Is it?\n\n- Yes:\n\n- a\n\n- 1.\n\n- Do it");
        assertThat(LayoutRestorer.flat("One line - with bullets - and a well-known word"))
                .isEqualTo("- One line\n\n- with bullets\n\n- and a well-known word");
        assertThat(LayoutRestorer.flat("")).isEqualTo("- ");
    }

    @Test
    void layoutMayBeLostWithoutLinesOrMarkdown() {
        assertThat(LayoutRestorer.mayBeLost(ANSWER)).isFalse();
        assertThat(LayoutRestorer.mayBeLost(ANSWER.replaceAll("\\s+", " "))).isTrue();
        assertThat(LayoutRestorer.mayBeLost("Plain prose.\n\nIn two paragraphs."))
                .isTrue();
        assertThat(LayoutRestorer.mayBeLost("Prose.\n1) First")).isFalse();
    }

    /** A few sites may be lost where sentences ran together or a heading now counts as prose. */
    @Test
    void sitesAreFoundWithoutLinesOrMarkdown() throws Exception {
        long sites = sites(ANSWER);
        assertThat(sites).isGreaterThanOrEqualTo(8);
        String stripped = ANSWER.replaceAll("(?m)^(# |- )", "").replace("**", "");
        assertThat(sites(stripped)).isGreaterThanOrEqualTo(sites - 1);
        assertThat(sites(ANSWER.replaceAll("\\s+", " "))).isGreaterThanOrEqualTo(sites - 1);
        assertThat(sites(stripped.replaceAll("\\s+", " ").toLowerCase(java.util.Locale.ROOT)))
                .isGreaterThanOrEqualTo(sites - 1);
    }

    /** "Based on" within the first ten words is not a site; in a list of sentences it is. */
    @Test
    void shortPlainAnswerIsReadUnchanged() throws Exception {
        String answer =
                "Many of the things in here were based on a plan, and it is clear that you are part of all of this.";
        assertThat(sites(answer)).isEqualTo(2);
        assertThat(sites("- " + answer)).isEqualTo(3);
    }
}
