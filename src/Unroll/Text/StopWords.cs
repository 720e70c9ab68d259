namespace Unroll.Text;

/// <summary>
/// Small lists of function words: articles, pronouns, prepositions, conjunctions, auxiliary verbs. Words that negate
/// (not, no, never, nicht, pas, no …) are left out of them, because whether a review is good hangs on those.
/// </summary>
public static class StopWords
{
    private const string EnglishWords =
        "a about above after again all also am an and any are as at be because been before being below between both but by can could did do does " +
        "doing down during each few for from further had has have having he her here hers herself him himself his how i if in into is it its " +
        "itself just me more most my myself of off on once only or other our ours ourselves out over own same she should so some such than that " +
        "the their theirs them themselves then there these they this those through to too under until up very was we were what when where which " +
        "while who whom why will with would you your yours yourself yourselves i'm i've i'd i'll you're you've you'd you'll he's he'd he'll she's " +
        "she'd she'll it's it'd it'll we're we've we'd we'll they're they've they'd they'll that's there's here's what's who's let's";

    private const string GermanWords =
        "ab aber alle allem allen aller alles als also am an andere anderen anderer anderes auch auf aus bei beim bin bis bist da dabei damit dann " +
        "das dass daß dazu dein deine deinem deinen deiner dem den denn der deren des dessen die dies diese diesem diesen dieser dieses dir doch " +
        "dort du durch ein eine einem einen einer eines er es etwas euch euer eure eurem euren eurer für gegen hab habe haben hat hatte hatten " +
        "hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder jedes jene jenem jenen jener jenes " +
        "jetzt kann können könnte man manche mein meine meinem meinen meiner mich mir mit muss musste nach noch nun nur ob oder seid sein seine " +
        "seinem seinen seiner seit selbst sich sie sind so solche soll sollte sondern sonst um und uns unser unsere unserem unseren unserer unter " +
        "viel vom von vor wann war waren warst was weil welche welchem welchen welcher welches wenn wer werde werden wie wieder will wir wird " +
        "wirst wo wollen wollte wurde wurden würde würden während zu zum zur zwar zwischen über";

    private const string FrenchWords =
        "a à afin ai ainsi alors as au aucun aussi autre autres aux avait avant avec avez avoir avons ayant c ce ceci cela celle celles celui " +
        "ces cet cette ceux chaque chez ci comme comment d dans de depuis des donc dont du elle elles en encore entre est et étaient était " +
        "été êtes être eu eux fait fut h il ils j je jusque l la le les leur leurs lui m ma mais me même mêmes mes moi mon n nos notre nous on " +
        "ont ou où par parce pendant peu peut plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se sera seront ses si " +
        "soi soit sommes son sont sous suis sur t ta te tes toi ton tous tout toute toutes très tu un une vers vos votre vous y";

    private const string SpanishWords =
        "a al algo algunas algunos ante antes aquel aquella aquellas aquellos aquí así aunque cada como con contra cual cuales cuando de del desde " +
        "donde dos durante e el él ella ellas ellos en entre era eran eres es esa esas ese eso esos esta está están estar estas este esto estos " +
        "estoy fue fueron ha había habían han has hasta hay he hemos incluso la las le les lo los más me mi mí mientras mis misma mismas mismo " +
        "mismos mucho muchos muy nos nosotros nuestra nuestras nuestro nuestros o os otra otras otro otros para pero poco por porque pues que " +
        "qué quien quién quienes se sea según ser si sí sido siendo sobre sois somos son soy su sus suya suyas suyo suyos también tanto te tenía " +
        "tiene tienen todo todos tu tú tus un una unas uno unos vosotros vuestra vuestro y ya yo";

    /// <summary>Languages that have a list.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["english", "french", "german", "spanish"];

    /// <summary>The function words of a language, in lower case.</summary>
    /// <param name="language">One of <see cref="Languages"/>.</param>
    /// <exception cref="ArgumentException">There is no list for the language.</exception>
    public static IReadOnlyList<string> For(string language) => (language switch
    {
        "english" => EnglishWords,
        "german" => GermanWords,
        "french" => FrenchWords,
        "spanish" => SpanishWords,
        _ => throw new ArgumentException(
            $"There is no list of stop words for '{language}', only for {string.Join(", ", Languages)}. Give the words themselves instead.", nameof(language)),
    }).Split(' ');
}
