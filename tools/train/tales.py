"""What happens in the stories of stories.py, in the language of grammar.py.

h is the hero, f a friend, g the hero's mother or grandmother, o somebody else who is
grown up; hs, ho, hp are the hero's she, her, her; hi is how the hero is introduced, fn
a friend's introduction before a verb; {end} is an ending. Each line is a paragraph.
"""

OPENINGS = [
    "[Once upon a time,|Once upon a time,|Once upon a time,|Once,|A long time ago,|Long ago,|In a small house near {place},|In a village far away,] there [was|was|lived] {hi}.",
    "There [was once|once was] {hi}.",
    "{Hi} lived [near|not far from] {place}.",
    "[This is|Here is] the story of {hi}.",
]
WEATHER = (
    "[It was a [sunny|cold|windy|warm|bright|quiet|foggy] [day|morning|afternoon].|The sun was [shining|warm|just coming up].|The sky was [blue and clear|grey|full of white clouds]."
    "|A soft rain had just stopped.|The birds were singing.|The leaves were [falling|green and fresh].|It was early, and the grass was still wet.|]"
)
ENDINGS = [
    "[That night|When it got dark], {h} [slept well|went to bed with a smile|dreamed of {place}].",
    "[Then|After that] they [went home|walked home] [together|side by side|hand in hand], [tired but happy|full of joy|talking all the way].",
    "And [from that day on|ever since], {h} and {f} [have been|were] [the best of friends|good friends].",
    "They [laughed|sang|played] until [the sun went down|the stars came out|it was time to go home].",
    "{H} [never forgot that day|remembered that day for a long time|was very proud].",
    "[The end.|They all lived happily ever after.|It was the best day ever.|What a [lovely|wonderful|good] day it was!]",
    "{H} waved goodbye and [ran|walked] home with a big smile.",
    "When {h} came home, {hp} {parent} [gave {ho} a big hug|had warm soup ready].",
]

# (the things that suit, or "" for all, the tale)
TALES = [
    # A lost thing.
    ("ball boat hat book drum scarf doll bell key flute kite ring whistle crown map umbrella", """{Hs} had {a_thing} and [loved it very much|took it everywhere|liked to {use} it every day].
{weather} {H} [took|carried] the {thing} to {place}, where there were many {sights}. [{Hs} put it down for a moment|{Hs} stopped to look at the {sights}|{Hs} met some butterflies and ran after them]. When {hs} [turned around|came back|looked again], the {thing} was [gone|not there]. <h:Oh no! Where is my {thing}?> {Hs} looked [here and there|everywhere|behind every tree], but {hs} could not find it. {H} [began to cry|sat down and was sad|felt very sad].
[Just then|Then|Soon after], {fi} [came by|walked up|heard {ho}]. <f:[What is wrong|Why are you so sad|What happened]?> <h:I lost my {thing}.> <f:[Don't worry, I will help you|Let's look for it together|I have good eyes. I can help you find it].> They looked [for a long time|all afternoon]. [At last|Finally], {f} [saw something {look}|found it] {hide}. <f:[Here it is|Look, I found it]!>
<h:[Thank you so much|Oh, thank you|You are a good friend], {fa}!> [{H} hugged {f}.|{H} was so happy that {hs} jumped up and down.|] [{Hs} let {f} {use} it too.|They took turns with the {thing}.|] {end}"""),
    # A broken thing.
    ("boat drum doll lamp cup flute wagon kite whistle umbrella puzzle crown", """{Hp} favorite thing was {a_thing}. [Every day|In the morning] {hs} liked to {use} it.
{weather} {H} [was running|ran] {at} with the {thing} when {hs} [fell over a stone|slipped on the wet grass|bumped into a tree]. [Crack!|Oh no!|] The {thing} was broken. {H} looked at it and [tears came to {hp} eyes|felt {hp} heart sink|did not know what to do].
{Fn} saw [it|what had happened]. <f:[May I look at it|Is it very bad|Can I see]?> <h:[It will never be good again|It is broken, and I can't fix it].> <f:[I think we can mend it|Let's try to fix it|My {old} showed me how to mend things].> {Fs} [found|got|brought] some [glue|string|tape], and they worked [slowly and carefully|all morning|side by side]. {H} held the pieces, and {f} [tied|put] them together.
[In the end|At last|When they were done], the {thing} was [almost as good as new|whole again]. It had a small line where it was broken, but {h} [did not mind|liked it even more now]. <h:[Now it is special, because we made it together|You are so clever. Thank you].> {end}"""),
    # Something is stuck.
    ("kite hat scarf umbrella crown map", """{Hs} [got|had] {a_thing} for {hp} birthday and was very [proud|happy].
{weather} {Hs} went to {place} to {use} it. [Suddenly|But then], a [strong|big] wind came and [blew it|took it] up [into a tall tree|onto a roof|between two high branches]. {H} [jumped|jumped and jumped], but {hs} was too small. <h:I can't [reach|get] it!> 
{Fi} was [sitting|resting] nearby. <f:[I can climb|Let me try|I have an idea].> {F} [climbed up, one step at a time|pushed a big box under it and stood on top]. [It was high, and {fs} was a little scared.|Everyone held their breath.|] Then {fs} [stretched|reached out] and [pulled|shook] until the {thing} [fell down|came free]. {H} caught it.
<h:[You did it|You are so brave|Hooray]!> <f:[That was fun|It was easy, with a friend watching].> Then they [took turns to {use} it|played together all day|went to {use} it in a safer place]. {end}"""),
    # The way home.
    ("", """{Hs} liked to [explore|walk and look at things|find new places].
{weather} {H} saw a [blue|white|yellow] butterfly [and ran after it|and followed it]. It flew over the [grass|stones], past the {sights}, and [deep|far] into the trees. [When it was gone|After a while], {h} looked around. [Nothing looked the same|{Hs} did not know this place]. <h:[I am lost|Where am I? I want to go home].> It was getting [dark|late], and {hs} was [afraid|cold and hungry].
Then {hs} heard a [small|soft|kind] voice. It was {fi}. <f:[Are you lost|Who is crying there|Do you need help]?> <h:Yes. I can't find my way home.> <f:[I know every path here. Come with me|Hold my hand and I will take you home|Follow me. It is not far].> They walked [past a stream|over a little bridge|under the tall trees], and {f} [sang a song|told a funny story] so that {h} was not afraid.
Soon {hs} could see [the lights of {hp} house|{hp} house]. {Hp} {parent} ran out and hugged {ho}. <g:[I was so worried|There you are! Please don't go so far alone].> {H} [promised to stay close|said sorry and thanked {f}]. {end}"""),
    # Two want the same.
    ("", """{Hs} [often played with|had a good friend,] {fi}.
{weather} [They found|They both saw] {a_thing} {at}. <h:[It is mine! I saw it first|I want it].> <f:[No, it is mine!|But I want to {use} it too.]> They both pulled [and pulled|hard]. [Neither of them wanted to let go.|They got very angry.|] {F} [walked away|turned around] and [did not say a word|was sad]. Now {h} had the {thing}, but it was [no fun|not nice] to {use} it alone.
{H} thought [for a while|about it]. [Then {hs} went to {f}.|Slowly, {hs} walked over to {f}.] <h:I am sorry. [We can share it.|Do you want to {use} it with me?|You can have it first.]> {F} [smiled|looked up and smiled]. <f:[I am sorry too|That is kind of you. Let's take turns].>
So they took turns. First {h}, then {f}, then {h} again. [It was much more fun that way.|Sharing made it twice as much fun.|They found out that two can have more fun than one.] {end}"""),
    # Fear.
    ("", """{Hs} was [brave in many ways|happy most of the time], but {hs} was afraid of [the dark|the deep water|thunder|high places].
{weather} {H} and {fi} were [playing|walking] {at} when [the sky grew dark|they came to a strange place]. {H} [stopped|began to shake]. <h:[I don't want to go on. I am scared|Can we go back? I am afraid].> <f:[I was scared once too|Everyone is afraid sometimes].> <h:[Really? What did you do|And what did you do then]?> <f:[I took a deep breath and counted to five|I sang a little song, and then it was not so bad|I held somebody's hand].>
{H} [closed {hp} eyes|took {f}'s hand|took a deep breath] and [counted to five|tried it]. One, two, three, four, five. [{Hp} heart beat fast, but {hs} took one step.|Then {hs} took one small step, and another one.] [Nothing bad happened|It was not so bad at all]. <h:[Look, I am doing it|I did it]!>
[Now {h} knows what to do when {hs} is afraid.|After that, {h} was a little braver every day.|Being brave does not mean that you are never scared, {f} said.] {end}"""),
    # A seed.
    ("", """One [spring day|day], {hp} {parent} gave {ho} a [tiny|little|brown] seed. <g:[Put it in the ground and give it water every day|Be patient, and you will see something wonderful].>
{H} [made a small hole|dug a hole] in the garden, put the seed in, and covered it [with soft earth|up]. Every morning {hs} [came with a cup of water|watered it]. [But nothing happened.|One day went by, then two, then three.] <h:[Why does it not grow|When will it come up]?> <g:[Good things take time|Wait a little longer].> {Fi} [came to look too|laughed]. <f:[I think there is nothing down there|Maybe it is asleep].> 
But {h} did not give up. [Rain fell, and the sun shone.|Then it rained for two days.] One morning, there was a [small green leaf|tiny green point]. <h:Look! It is growing!> It grew [and grew|taller every day], until it was [as tall as {h}|taller than {f}]. At the top was a [big yellow|beautiful red|round white] flower.
[Bees came to visit it.|Everyone came to see it.] {H} gave some of the new seeds to {f}. <h:Now you can [grow one|have a flower] too.>"""),
    # Rain.
    ("", """{weather} {H} was [on the way home|walking] from {place} when big drops began to fall. [Drip, drop, drip, drop.|Splash!] {Hs} ran [under a big leaf|under an old tree|into a little cave]. It was small but dry.
Soon {fi} came [running|along], all wet. <f:[Is there room for me|May I come in]?> <h:[Of course|Yes, come in. We can move closer].> Then a [mouse|little bird|frog] came. <h:There is always room for one more!> They sat close together and kept each other warm. [{F} told a story about {place}.|They sang songs and listened to the rain.] 
[After a while|At last], the rain stopped, and [the sun came out|they looked outside]. [There was a rainbow in the sky.|A big rainbow stood over {place}.] <f:[Red, orange, yellow, green, blue and purple|It is so pretty]!> <h:[If it had not rained, we would not have met|I am glad that it rained].> {end}"""),
    # A race.
    ("", """{Hs} was [the fastest runner of all|very fast], and {hs} [liked to tell everyone|was proud of it]. 
One day {hs} met {fi}. <h:[Let's have a race to the big tree.|I am faster than you. Do you want to race?]> <f:[All right. I will do my best|I am not fast, but I will try].> [All the others came to watch.|] One, two, three, go! {H} ran [like the wind|so fast that the dust flew up]. Soon {hs} was far ahead. [But then {hs} stepped into a hole and hurt {hp} foot.|Then {hs} tripped over a root and fell.] <h:Ouch!> 
{F} came along. {Fs} could have run on and won the race. But {fs} stopped. <f:[Are you hurt|Can you get up]?> <h:[My foot hurts. Go on, you can win|Why don't you run on? You would win].> <f:[A friend is more important than a race|I don't want to win like that].> {F} helped {ho} up, and they [walked|went] to the big tree together.
They [reached|touched] it at the same time. <h:[I think we both won|You are the real winner].> Everyone [clapped|cheered]. [From then on, {h} did not talk so much about being fast.|] {end}"""),
    # A sick friend.
    ("", """{Hs} [played|met] every day with {fi}. But one morning {f} did not come. {H} waited [and waited|by the gate].
{Hs} went to {f}'s house and knocked. [Knock, knock.|] <h:Are you there?> <f:[I am in bed. My head hurts|I am sick and can't play today].> {H} was sorry for {fo}. [{Hs} thought about what would help.|What could {hs} do?] Then {hs} ran home. 
{H} and {hp} {parent} made [warm soup|hot tea with honey|a pot of soup]. {Hs} also picked [a flower|some flowers] and took {a_thing} to show {f}. {Hs} carried it all [slowly and carefully|in a basket], and did not spill a drop. <h:I brought you something. [Eat it while it is warm|It will make you feel better].> {F} ate [it all up|slowly] and [smiled|felt a little better]. <f:[This is the best soup in the world|You are so kind].> Then {h} read to {fo} until {fs} fell asleep.
[The next day|Two days later], {f} was well again. <f:[Let's go and play|Now I can run again, thanks to you]!>"""),
    # A mistake told.
    ("", """{Hp} {parent} had a [blue|white|lovely old] [vase|cup|bowl] that she [loved|liked very much]. <g:Please [do not play near it|be careful with it].>
But {h} [forgot|wanted to play]. {Hs} [threw|was playing with] a ball in the house. [Bounce, bounce, crash!|Crash!] [It|The ball] hit the shelf, and [down it went. There were pieces|what {gs} loved lay in pieces] on the floor. {H} [was scared|felt hot and cold]. {Hs} [pushed the pieces under the bed|hid them behind a chair]. <h:Nobody will [know|see].> 
All day {hs} [could not play or eat|had a bad feeling in {hp} tummy]. {Fn} [looked at {ho}|sat down beside {ho}]. <f:[You look sad. What is it|Is something wrong]?> <h:I broke something and [hid it|did not tell].> <f:[Tell the truth. You will feel better|It is hard to say sorry, but it helps].>
So {h} went to {hp} {parent}. <h:I broke it. I am very sorry.> {Hp} {parent} was [quiet for a moment|sad], but then she [hugged {ho}|smiled]. <g:[Thank you for telling me the truth. That was brave|A thing can break. What matters is that you told me].> {H} helped to [sweep up|clean up] the pieces. [The bad feeling was gone.|{Hs} felt as light as a feather.]"""),
    # Something found.
    ("ball hat book drum scarf doll bell box key flute ring whistle crown map basket", """{weather} {H} was walking {at} when {hs} saw something {look} {hide}. It was {a_thing}! <h:How beautiful!> {Hs} [picked it up|held it in {hp} hands]. <h:[Can I keep it?|I wonder whose it is.]>
{Hs} wanted to keep it very much. But [then {hs} thought that someone might be sad|somebody must be looking for it]. So {h} went [from door to door|to ask everyone]. <h:Is this your {thing}?> {O} [shook {op} head|looked at it closely]. <o:[Ask by the [bridge|well|big tree]|I saw someone who looked for it near the [bridge|well]].>
There sat {fi}, [crying|looking very sad]. <h:Is this yours?> <f:[My {thing}! I looked for it everywhere|Yes! It was a present from my {old}].> {F} [laughed and cried at the same time|could not stop smiling]. <f:[How can I thank you?|You are honest and kind.]> <h:[I am just glad that you are happy.|Will you show me how you {use} it?]>
[They spent the rest of the day together.|{F} gave {ho} [a sweet apple|a piece of cake], and they shared it.] {end}"""),
    # Someone new.
    ("ball kite drum doll box flute whistle puzzle", """One day, {fi} moved [in next door|to the house by {place}]. {F} was [shy|new] and did not know anyone. {Fs} [looked out of the window|sat on the steps] while the others played.
{H} [saw {fo}|noticed that]. <h:[Hello! What is your name|Hi! Do you want to play with us]?> {F} [looked at {fp} feet|only whispered]. <f:[I don't know how to play that game|In my old home we played other games].> <h:[Can you teach me one?|Then show us one of yours!]> {F} thought for a moment. Then {fs} [got|brought out] {a_thing}. 
{F} showed [everyone|them] a game with the {thing}. [One had to hide it, and the others had to find it.|Each one had to {use} it and say a funny word.] [It was new and fun.|They laughed so much that their tummies hurt.] <h:[This is the best game ever!|Can we play it again tomorrow?]> 
[Now {f} was not shy any more.|{F} was not sad about {fp} old home any more.] <f:I am glad that [you said hello|I came here].>"""),
    # Cooking.
    ("", """{Hs} wanted to [make|bake] [a cake|some bread|cookies] for {hp} {parent}. [It was a birthday.|It was a surprise.] {Fi} came to help.
They put flour and eggs into a big bowl. <f:Now we need [sugar|a cup of sugar].> {H} took a [white|big] jar from the shelf and [put in|poured in] three spoons. They mixed and mixed, until [there was flour on their noses|their arms were tired]. Then {hp} {parent} put it into the hot oven. [Soon it smelled good.|They waited and waited.] {H} tried a little bit. <h:[Yuck! It tastes like salt|Oh no, it is salty]!> {Hs} had taken [the wrong jar|salt and not sugar]. 
{H} was [upset|close to tears]. <h:I have spoiled it all.> But {f} [only laughed|gave {ho} a hug]. <f:[Everybody makes mistakes. We still have flour|Let's try again. This time we will taste it first].> So they began again. This time {hs} tasted [it first|the sugar], and it was sweet.
[Everyone had a big piece.|It was the best they had ever eaten.] And the salty one? [The ducks did not want it either!|They still laugh about it.] {end}"""),
    # A birthday.
    ("", """It was {hp} birthday. {Hs} woke up early and ran [outside|to the kitchen]. But nobody [said happy birthday|was there]. [{Hs} went to {place}, but it was empty too.|] {Hs} met {fi}. <h:Do you know what day it is?> <f:[It is Tuesday, I think. I have to go.|Yes, it is a nice day. Bye!]> And {f} hurried away.
{H} was [sad|very sad]. <h:[Everyone has forgotten me|Nobody remembers my birthday].> {Hs} [walked slowly home|went for a long walk]. All the windows were dark. {Hs} opened the door. [It was very quiet.|Then {hs} heard a giggle.] 
<f:Surprise!> The lights went on. [Everyone was there|All {hp} friends were there], with [balloons|a big cake with candles]. <g:Happy birthday, dear!> {F} [gave {ho}|had] a [box with a red ribbon|little box]. Inside was {a_thing}. <f:[We had to be quiet, or you would have guessed|I am sorry that I ran away. It was a secret].> 
<h:[I thought that you had forgotten|This is the best birthday of my life].> [{H} blew out the candles and made a wish.|They ate cake and danced.] {end}"""),
    # Learning.
    ("", """{Hs} wanted to learn to [swim|ride a bike|whistle|skate|climb]. All {hp} friends could do it[, but {hs} could not|].
{weather} {H} tried [it for the first time|once], and it went wrong. {Hs} tried again, and [it went wrong again|it was no better]. <h:[I will never learn it|It is too hard for me].> {Hs} sat down [on a stone|on the grass] and {hp} face was [red|sad]. {Fi} [had watched|sat down next to {ho}]. <f:[I needed a hundred tries.|Do you think I could do it the first time? No. I needed a hundred tries.]> <h:[A hundred|Is that true]?> <f:Yes. [You just have to try one more time than you fail|A little better every day is enough].>
So {h} [came back every day|practiced every day]. On Monday it was [bad|hard]. On Tuesday it was a little better. On Friday {f} [clapped|laughed with joy]. <f:You [did it|can do it]!> {H} could not believe it. <h:[I really did it|Look at me]!>
[The next week, {h} helped a smaller child to learn it. {Hs} knew just what to say.|Now {hs} does it every day, and it is easy.]"""),
    # A small animal.
    ("", """{weather} {H} was {at} when {hs} heard a [tiny|soft] sound. Peep, peep! {Hs} looked [down|around] and saw a little bird {hide}. It [had fallen out of its nest|could not fly].
<h:[Poor little bird|You must be cold]!> {Hs} [wanted to take it home|did not know what to do], so {hs} called {fi}. <f:[Don't touch it too much. Its mother is looking for it|I can see the nest. It is up there].> They [made a soft bed of grass in a hat|found a ladder]. Very slowly, {f} carried the bird up and put it [back into the nest|beside its brothers and sisters]. 
They [waited|hid behind a bush and waited]. Soon the mother bird came with a [worm|fat worm]. Peep, peep, peep! All the little birds opened their mouths. <h:[She found it|Now it is safe]!> <f:[We did something good today|Let's be very quiet now].>
[In the summer, a young bird sang in front of {hp} window. {H} was sure that it was the same one.|Every day they came to look, until the little bird could fly.]"""),
    # A night without sleep.
    ("", """One night {h} could not sleep. {Hs} [turned to the left and to the right|counted sheep], but {hp} eyes stayed open. [The moon was shining|The house was very quiet]. {Hs} [went to the window|sat up in bed].
Outside sat {fi}. <f:Why are you [still |]awake?> <h:I can't sleep. [Can you?|Why are you awake?]> <f:[I like to look at the stars. Come, I will show you|The night is my favorite time].> {H} [put on {hp} coat and tiptoed out|opened the window wide]. There were so many stars! [One of them moved and was gone.|One was very bright.] <h:[Did you see that|What was that]?> <f:[That was a falling star. Make a wish|It is the first star of the evening. It is there every night].> 
{H} closed {hp} eyes[ and made a wish|]. {Hs} thought of {a_thing}, and of {place}, and of {hp} [mom|family]. It was so quiet that {hs} could hear the [wind|trees]. {Hp} eyes became heavy. <h:[Good night|I think I am tired now].> <f:Good night. Sleep well.> 
In the morning, {h} [woke up in {hp} bed|did not know if it had been a dream]. [But there was grass on {hp} shoes.|On the window lay a small white feather.]"""),
    # An errand.
    ("", """{Hp} {parent} gave {ho} [three|two|some] coins. <g:Please go to the [market|shop] and buy [bread|milk|six eggs]. [Do not forget|Come right back].> <h:I will!>
On the way {h} [saw|passed] a [toy shop|window]. There was {a_thing}! {Hs} [looked at it for a long time|wanted it so much]. {Hs} had the coins in {hp} hand. [It would be so nice to {use} it.|Nobody would see.] {Fi} stood there too. <f:[Will you buy it|It is pretty, isn't it]?> <h:[I want to. But this is not my money|I can't. The coins are for something else].> {H} [took a deep breath|put the coins back in {hp} pocket] and walked on.
{Hs} bought what {hs} was sent for and [carried it home|ran home]. <g:[Well done! I knew that I could count on you|Thank you, dear].> {H} told her about the {thing}. She [smiled|nodded]. <g:[If you help me every Saturday, you can earn it|Let's save a coin every week].>
And so {h} [saved coin after coin|helped every week]. [In the spring|After six weeks] the {thing} was {hp} own. [It felt much better than to get it at once.|{F} was the first who could {use} it too.]"""),
    # Too much.
    ("", """{Hs} loved [cookies|cherries|strawberries|nuts] more than anything. <g:[You may have two, but not more|Leave some for the others].>
But when nobody was looking, {h} [took one, and one more, and one more|went back to the bowl]. They were so good! [Soon|In the end], there was nothing left. Then {hp} tummy began to [hurt|ache]. <h:Ooh! I don't feel well.> {Hs} lay down [on the grass|on the floor] and held {hp} belly.
{Fi} came to visit. <f:[I wanted to eat with you. Is there anything left?|What is the matter?]> {H} was ashamed. <h:[I ate it all. I am sorry|There is nothing left, and my tummy hurts].> {F} was [a little cross at first|quiet]. Then {fs} [made {ho} some tea|sat with {ho} until it was better]. <f:[I hope that you learned something|Next time, let's share. Then nobody gets sick].> 
[The next day, {h} went out and picked a whole basket for {f}.|The next time, {h} gave the biggest part to {f}.] {Hs} only ate two."""),
    # Snow.
    ("", """When {h} woke up, everything was white. <h:Snow! It snowed in the night!> {Hs} put on {hp} [warm coat|boots and mittens] and ran out. [{Fn} was there already.|Soon {fi} came too.] <f:Let's [build a snowman|make a snow house]!>
They rolled a big ball, and then a [smaller|small] one. [It was hard work.|Their noses got red.] They gave it a carrot and two [black stones|buttons]. <h:It [needs|still needs] a [hat|name].> {F} put {fp} own [scarf|hat] on it. <f:Now [it will not be cold|it is ready].> They [threw snowballs|slid down the hill] until it was [dark|time for supper].
[In the night, the wind was cold.|The next days were warmer.] [Bit by bit|Little by little], the snow [went away|melted]. {H} was sad. <h:It is getting smaller every day.> <f:[It is not gone. It will be water, and then a cloud, and then snow again|Next winter it will come back].> 
Only the [hat|scarf], the carrot and the stones were left on the grass. {H} put them [in a box|away]. <h:See you next winter!>"""),
    # A strange noise.
    ("", """[At night|One evening], {h} heard a [strange|loud] noise. [Scratch, scratch!|Bump, bump!|Whoo, whoo!] It came from [under the bed|the old shed|behind the door]. <h:[What is that|Is it a monster]?> {Hs} pulled the blanket over {hp} head.
[In the morning|Then] {hs} told {fi}. <f:[There are no monsters. Let's look|I am not afraid. Well, maybe a little].> They took [a lamp|a big stick] and walked on their toes. [Closer and closer they came.|The door creaked.] There it was again! {F} [opened the door|held up the lamp]. 
Two [green|bright] eyes looked at them. It was [a kitten|a puppy|a baby owl]! It was [thin and cold|hungry and alone]. <h:[You are not a monster. You are only small|Oh, you were more afraid than we were]!> {Hs} gave it some [milk|food], and it [fell asleep|came closer].
<f:What will you call it?> <h:I will call it [Monster, of course|Bump, because of the noise].> And they both laughed. {end}"""),
    # A trade.
    ("drum lamp box cup blanket flute wagon umbrella bell basket ring crown", """{Hs} had {a_thing}, but what {hs} really wanted was [a friend to play with|something to eat for the long winter|a new coat].
{weather} On the road {hs} met {oi}. <o:[I would give a basket of apples for that {thing}.|That is a fine {thing}. Will you trade it for my apples?]> {H} [thought about it and said yes|said yes]. Now {hs} had apples. A little later {hs} met {fi}. <f:I am so hungry. I have not eaten since yesterday.> {H} looked at the apples. There were [ten|twelve] of them. <h:[Sit down. We will eat together|Take as many as you like].> 
They ate and talked. {F} was funny and kind. <f:[You gave me your apples, and I have nothing to give|I have no money].> <h:[You can tell me a story|Stay with me for a while].> And {f} told the best story that {h} had ever heard[. It was about a king who was afraid of mice|, about a star that fell into a lake].
[By evening|When the basket was empty], {h} had no {thing} and no apples. But {hs} had [a friend|a good friend], and that was [worth more than both|the best trade of all]. {end}"""),
    # A contest of makers.
    ("", """In the village there was a [prize|big prize] for the most beautiful picture. {H} wanted to win it.
{Hs} worked [day and night|for a whole week] and let nobody help. {Fn} worked too. [On the last evening|The day before], {f} came to the door. <f:[I have used up all my paint. Could you lend me a little|I have no blue left. Do you have some for me]?> {H} did not answer at once. If {hs} said no, {f} could not finish. <h:[Here, take half of mine|Of course. It would not be fair otherwise].> 
The next day, everyone came to [look|the market]. {O} walked up and down and looked at each one. <o:The prize goes to {f}!> {H} was [sad for a moment|a bit sad]. But {f} went up and held up {fp} hand. <f:[Without {h} I could not have finished. The prize is for both of us|Half of it belongs to {h}]!> 
Everyone clapped. <h:[You did not have to do that|Thank you].> <f:[You did not have to help me either|That is what friends do].>"""),
]
