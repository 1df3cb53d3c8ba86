package dev.stillgate.canary.text.edit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Second readings of forms, such as <em>like</em> as a verb, in which an exchange would break the sentence, each with a
 * sentence of the ordinary reading, which is edited. Classes without an ordinary sentence were removed from the table.
 */
final class ReadingsTest {
    private static String edited(String sentence, int form) {
        String edited = EnglishTable.edited(ProseEditorTest.PROSE + sentence, form);
        return edited.substring(edited.indexOf("\n\n") + 2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "This kind of defeats the aim of the club.|They sell many kinds of bread in the town.",
                "This kind of works for the old ones.|We met a different kind of bird on the hill.",
                "What kind of bothered me was the noise.|She tried another type of glue on the roof.",
                "Databases like short and simple queries.|You can write about topics like travel and food.",
                "Most companies like clear rules.|It covers aspects like price and weight.",
                "Many vegetables like half a day of shade.|We offer benefits like free lunches.",
                "These herbs like dry ground.|Think of factors like age and health.",
                "There were mountains like old giants asleep.|You face challenges like noise and dust.",
                "He spoke words like sharp stones.|There are problems like rust and rot.",
                "Shops in big cities like loud music.|They teach skills like reading and chess.",
                "The quickest way to ensure it is to turn off the power.|We want to ensure they are safe on the road.",
                "You can ensure it by writing down a version.|Please make sure you have a coat.",
                "Anyone who does that is liable to a fine.|It's late, and it is cold out there.",
                "Doing that is risky near the edge.|It is clear from here that we won.",
                "The two shares are a few percent apart.|There are a few tips for a long walk.",
                "The files are a few gigabytes each.|Here are a few ways to save money.",
                "The two lines are a few points apart.|There are some shops near the old mill.",
                "Why are some people allergic to nuts?|In the park there are some old oaks.",
                "They were all the rage in those days.|We hope everyone in the town comes to the fair.",
                "It's all my fault and not yours.|It is a shame and not your fault.",
                "It made the win all the sweeter.|It is sweet and a bit too rich.",
                "This is known for completeness only.|The town is known for its old bridge.",
                "The case was known for follow-up in spring.|She is famous for her garden.",
                "The service must start with elevated rights.|The tour is based on a true story.",
                "The generator must start with the spare battery.|You should rely on the spare battery.",
                "Only allow users to read their own rows.|The new tool allows you to read each row.",
                "Should we allow users to change the name?|It opens the gate, allowing us to get in.",
                "Here are the fields that my father worked.|Here are some tips for the trip.",
                "Here are buried the queens of old.|Here are five ways to learn faster.",
                "With numbers it is fun. In addition, the order of them is free.|In addition, the road is too narrow.",
                "Each link may lead to more pages.|Too much sun can lead to more damage.",
                "An umbrella is an essential for any trip.|Sleep is essential for growth.",
                "A travel essential that you need is a hat.|Water plays an essential role in it.",
                "All that I am I owe to them.|I hope that I am not too late.",
                "All that they are they owe to us.|They say they are proud of it.",
                "Know that you are you and they are they.|I think you are proud of it.",
                "Say what you think and do not ye mind it.|We do not mind the rain.",
            })
    void secondReadingIsUnchangedAndOrdinaryOneEdited(String second, String ordinary) {
        assertThat(edited(second, 0)).isEqualTo(second);
        assertThat(edited(second, 1)).isEqualTo(second);
        assertThat(edited(ordinary, 0).equals(ordinary) && edited(ordinary, 1).equals(ordinary))
                .as(ordinary)
                .isFalse();
    }
}
