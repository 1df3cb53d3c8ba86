package dev.stillgate.canary.text.edit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Sentences whose meaning an exchange of forms would change, and ordinary ones of the same classes, which are edited. */
final class MeaningTest {
    private static final String HAVE = """
            Make sure that you have read access to the repository.
            You have read replicas in two regions.
            They have raised beds and old trees.
            I have just over forty euros in my purse.
            You have just one attempt at the puzzle.
            We have selected wines from the south in the cellar.
            They have lost phones in a box behind the desk.
            You have saved passwords in your browser.
            We have prepared meals in the freezer for the week.
            They have covered seats on the north side of the ground.
            They have grown children in other towns.
            You have learned friends who can read the letter.
            We have included breakfasts at three of the hotels.
            You have also a right to a copy of the file.
            They have always a kettle on the stove.
            I have ever a song on my lips.
            We have since a new owner and a new name.
            You have already two accounts with the bank.
            They have never a dull moment at the farm.
            You have installed capacity of ten megawatts there.
            They have invested capital in the north.
            You have failed jobs in the queue.
            You have completed tasks at the bottom of the list.
            You have started containers on both of the hosts.
            You have finished basements in most of the homes.
            You have requested days in the calendar.
            You have received messages in the second tab.
            You have sent items in another folder.
            You have followed topics in your feed.
            You have watched folders on the server.
            You have visited links in purple.
            You have put options on the stock.
            They have felt pads under the legs.
            They have found objects in the show.
            They have given names from the old books.
            They have taught courses in the spring.
            They have decided views on the matter.
            You have answered tickets in the archive.
            We have placed orders for the summer in the book.
            They have listed buildings on each side of the square.
            They have collected works of both poets.
            You have purchased items under your profile.
            You have removed files in the bin for thirty days.
            You have changed files in the working tree.
            You have created resources in two projects.
            They have developed economies and deep markets.
            We have described species from each of the islands.
            You have discovered devices at the top of the menu.
            You have earned income from two countries.
            You have entered data on the first page.
            We have explored caves and unexplored ones.
            They have forgotten corners full of ferns.
            You have gained weight on the left side of the scale and lost weight on the right.
            They have gathered skirts and wide sleeves.
            You have identified risks in the first column.
            They have kept animals and wild ones.
            You have moved blocks at the end of the disk.
            They have played notes in blue and silent ones in grey.
            They have practiced hands and sharp eyes.
            We have promised land on the other side of the river.
            They have proven skills in the trade.
            You have provided meals on two of the days.
            They have reached states in green.
            You have specified ports in the list of rules.
            They have spent fuel in the pool.
            We have studied poems in the first part of the book.
            You have tried methods and new ones to choose from.
            We have won games and lost games in the table.
            They have chosen words for each of the guests.
            We have changed plans for the house in the drawer.
            They have inspired singers and a good hall.
            You have applied sciences in the second year.
            """;

    private static final String STATISTICS = """
            The study found no significant impact of caffeine on sleep, with a p-value of 0.3.
            There was no significant increase in weight over the six weeks.
            The t-test gave a significant increase for the first of the two.
            The groups had a significant change in the mean score.
            At the five percent level, the drug led to a significant reduction in pain.
            With p below 0.05 it was a significant increase.
            The 95% confidence interval excludes zero, so it is a significant increase.
            The researchers saw a significant decrease in the number of errors.
            The ANOVA pointed to significant changes over time.
            After the Bonferroni correction only one significant change was left.
            The sample was too small for a significant increase to be seen.
            The participants had a significant reduction in stress.
            In the control arm there were significant changes too.
            The null says that there is not a significant change in either.
            The chi-squared test gave a significant change in the shares.
            Neither significant increase nor decrease came of it.
            The coefficient stands for a significant increase in wages.
            The variance had a significant decrease in the second year.
            The survey had a significant number of blanks.
            The mice had a significant increase in mass.
            The mean had a significant increase in the last round.
            Without significant changes in the rate, the idea was dropped.
            The evidence for a significant reduction was weak.
            The dataset has significant changes in the last column.
            The effect was significantly reduced by the new dose.
            The treated plants had significantly more leaves than the others.
            The scores were significantly less than those of the year before.
            The outcome was significantly improved in one of the two.
            The baseline was significantly reduced.
            The findings had significantly more weight than luck would give.
            The model had a significant reduction in error.
            The median had a significant increase in May.
            Two predictors had a significant influence on the price.
            The null distribution has no significant risk of this.
            The Wilcoxon rank sum gave a significant decrease.
            The meta-analysis gives a significant reduction in deaths.
            The authors report significantly more cases in the north.
            The paper reports a significant decrease in the price.
            Scientists saw a significant increase in the depth of the ice.
            The cohort had a significant increase in the rate of falls.
            The experiment had a significant influence of light on growth.
            The score had a significant increase in the second half.
            The endpoint was not met, as there was no significant reduction.
            The threshold for a significant change is two deviations.
            The volunteers had significantly more sleep.
            The respondents had significantly less trust in the bank.
            The hypothesis of a significant increase was not upheld.
            The placebo led to a significant reduction as well.
            Significance was reached, and a significant increase followed.
            The trial was stopped because of a significant risk.
            The regression has a significant increase in its slope.
            The correlation was weak, with no significant influence.
            The data have a significant increase at the end.
            The result was a significant decrease in the count.
            Any significant change would have a p of less than 0.01.
            The alpha was set so that a significant change is rare.
            The subjects had significantly less pain.
            The analysis left us with a significant increase in only one year.
            The rats had significantly more food.
            The treatment led to a significant decrease in fever.
            A non significant increase is all that was left.
            The covariates have a significant influence on it.
            The significant effect of light was weak.
            """;

    private static final String MESSAGES = """
            The command prints connection is not secure.
            The tool prints it is not there and stops.
            The program outputs there is no such file.
            The screen displays you do not have access to this page.
            The server logs the host is not known and goes on.
            The error there is no space left on the disk comes up.
            You get the message you are not signed in at the end of it.
            The warning this is not safe comes up each time.
            The sign at the gate reads do not feed the birds.
            The banner says we are closed for the day.
            A dialog with the question do you want to go on, it is not too late comes up.
            The label says do not wash with others.
            The headline it is not over was on each of the front pages.
            The placeholder says you have not been here before.
            The console then has the module is not found in red.
            The log has the worker is not ready in the third line.
            A toast appears, the file is not saved, and is gone.
            The prompt are you sure that it is right comes up.
            The caption says it is not to scale.
            It echoes you are here and waits.
            The exception it is not open is thrown.
            The notice we are not open on Mondays is on the door.
            """;

    private static final String ORDINARY = """
            I have been there before.
            You have become one of the best of them.
            They have taken the old road home.
            We have seen it from both sides.
            They have made it to the top.
            I have heard of it from the others.
            You have told us all about it.
            We have recently moved to the coast.
            They have come home at last.
            We have done it before.
            I have met them at the fair.
            The new road had a significant impact on the town.
            The mayor played a significant role in it.
            The town had a significant increase in visitors.
            It takes a significant amount of time.
            They made significant changes to the old house.
            The move was a significant challenge for the team.
            It will significantly improve your day.
            You can significantly reduce the cost of the trip.
            The new roof brought significant savings for the owner.
            There is a wide range of tools in the shed.
            You do not need it for the trip.
            It is a long way to the old mill.
            We are not sure about the road.
            They print it on paper, and they do not mind.
            """;

    private static String edited(String sentence, int form) {
        String edited = EnglishTable.edited(ProseEditorTest.PROSE + sentence, form);
        return edited.substring(edited.indexOf("\n\n") + 2);
    }

    /** Returns the sentences in which an edit has written a word. */
    private static List<String> edits(String sentences, int form, String written) {
        return sentences
                .lines()
                .map(line -> edited(line, form))
                .filter(line -> line.contains(written))
                .toList();
    }

    @Test
    void haveAsAFullVerbIsUnchanged() {
        assertThat(HAVE.lines()).hasSizeGreaterThanOrEqualTo(60);
        assertThat(edits(HAVE, 1, "'ve ")).isEmpty();
    }

    @Test
    void significantAsATermIsUnchanged() {
        assertThat(STATISTICS.lines()).hasSizeGreaterThanOrEqualTo(60);
        assertThat(edits(STATISTICS, 1, "substantial")).isEmpty();
        assertThat(edits(STATISTICS.replace("significant", "substantial"), 0, " significant"))
                .isEmpty();
    }

    @Test
    void messagesWithoutQuotationMarksAreUnchanged() {
        assertThat(MESSAGES.lines().filter(line -> !edited(line, 0).equals(line)))
                .isEmpty();
        assertThat(MESSAGES.lines().filter(line -> !edited(line, 1).equals(line)))
                .isEmpty();
    }

    @Test
    void ordinarySentencesAreEdited() {
        assertThat(ORDINARY.lines().filter(line -> edited(line, 1).equals(line)))
                .isEmpty();
    }
}
