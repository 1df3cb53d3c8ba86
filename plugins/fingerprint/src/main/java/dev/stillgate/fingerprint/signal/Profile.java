package dev.stillgate.fingerprint.signal;

import dev.stillgate.fingerprint.text.Elicitation;

/**
 * What is known of one account: counts and means over its recent exchanges, older ones fading. A view that is moved from
 * account to account; valid during the call only.
 */
public interface Profile {
    /** Returns how many exchanges the profile rests on, faded. */
    double exchanges();

    /** Returns the time that the profile covers, in seconds, faded as the exchanges are. */
    double exposure();

    /** Returns the sum of the squares of the counts in bins of ten minutes. */
    double squaresOfTenMinutes();

    /** Returns the sum of the squares of the counts in bins of an hour. */
    double squaresOfHours();

    /** Returns on how many days there was an exchange. */
    double activeDays();

    /** Returns how many exchanges began in an hour of the day (UTC), 0 to 23. */
    double atHour(int hour);

    /** Returns the mean of the natural logarithm of the gaps between exchanges in seconds, gaps below 1 s as 1 s. */
    double meanLogGap();

    /** Returns the standard deviation of the same. */
    double deviationOfLogGap();

    /** Returns the mean of ln(1 + characters of new text). */
    double meanLogPrompt();

    double deviationOfLogPrompt();

    /** Returns the mean of ln(1 + tokens of the answer). */
    double meanLogAnswer();

    double deviationOfLogAnswer();

    /** Returns the share of prompts that are a conversation's first. */
    double singleTurns();

    /** Returns the share of prompts that bring results of tools. */
    double toolTurns();

    /** Returns the share of the analysed text that is code. */
    double code();

    /** Returns the share of answers that used nearly all the tokens they were allowed. */
    double saturated();

    /** Returns the share of prompts that ask for such wares. */
    double elicited(Elicitation ware);

    /** Returns the mean topic of the prompts in one dimension, within -1 to 1. */
    double topic(int dimension);

    /** Returns about how many different networks it came from, at most about 110. */
    double networks();

    /** Returns about how many different clients it came with, at most about 45. */
    double clients();

    /** Returns the share of exchanges that came from hosting or anonymiser networks. */
    double hosted();

    /** Returns the account's age in days when it was first seen, NaN when it is not known. */
    double ageInDays();
}
